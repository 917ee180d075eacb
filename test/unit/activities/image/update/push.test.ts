import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../../activities/process/find-program.ts';
import {
  createGitFixture,
  type GitFixture,
  secretData,
  type TestRepository,
} from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;
let base: string;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
  base = await repository.commit({ 'app.yaml': manifest('1') });
});
afterEach(async () => fixture[Symbol.asyncDispose]());

const head = (branch = 'main') => repository.git('rev-parse', `refs/heads/${branch}`);
const tagged = (tag: string) => ({ image: { name: 'registry.test/app', tag }, id: tag });

describe('spec.git.push.refspec', () => {
  const git = { push: { refspec: 'refs/heads/main:refs/heads/also' } };

  it('is pushed to after the branch, and told', async () => {
    const { pushed } = await update(fixture, repository, { git });

    expect(pushed?.refspecs).toEqual(['refs/heads/main:refs/heads/also']);
    expect(await head('also')).toBe(pushed?.commit);
    expect(await head()).toBe(pushed?.commit);
  });

  it('follows the branch from commit to commit', async () => {
    await update(fixture, repository, { git, ...tagged('2') });
    await repository.commit({ 'app.yaml': manifest('2'), x: '1' });
    await repository.commit({ 'app.yaml': manifest('2'), x: '2' });

    const { pushed } = await update(fixture, repository, { git, ...tagged('3') });

    expect(await head('also')).toBe(pushed?.commit);
    expect(await commitsOn(repository, 'also')).toBe(5);
  });

  it('overwrites what others put there only with a +', async () => {
    const theirs = await repository.commit({ x: '1' }, { branch: 'also', parents: [] });

    await expect(update(fixture, repository, { git })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      message: expect.stringContaining('non-fast-forward update; begin the refspec with +'),
    });
    expect(await head('also')).toBe(theirs);
    const { pushed } = await update(fixture, repository, {
      git: { push: { refspec: `+${git.push.refspec}` } },
    });

    expect(pushed).toMatchObject({ isAdopted: true, commit: await head('also') });
    expect(await commitsOn(repository)).toBe(2);
  });

  it('may name the checkout, or what a review system listens to', async () => {
    const push = { branch: 'auto', refspec: 'refs/heads/main:refs/for/main' };

    await update(fixture, repository, { git: { push } });

    expect(await repository.git('rev-parse', 'refs/for/main')).toBe(base);
  });
});

describe('spec.git.push.options', () => {
  const git = { push: { options: { 'merge_request.target': 'main', 'merge_request.create': '' } } };

  it('reach the server in the order of their keys', async () => {
    const seen = join(dirname(fixture.dataDir), 'options');
    const hook = join(repository.path, 'hooks', 'pre-receive');
    await writeFile(hook, `#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort >'${seen}'\n`);
    await chmod(hook, 0o755);
    await repository.git('config', 'receive.advertisePushOptions', 'true');

    await update(fixture, repository, { git });

    expect((await readFile(seen, 'utf8')).trim().split('\n')).toEqual([
      'GIT_PUSH_OPTION_0=merge_request.create',
      'GIT_PUSH_OPTION_1=merge_request.target=main',
      'GIT_PUSH_OPTION_COUNT=2',
    ]);
  });

  it('of a server that takes none are an error that says so', async () => {
    await expect(update(fixture, repository, { git })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: true,
      message: expect.stringContaining('remove spec.git.push.options'),
    });
    expect(await commitsOn(repository)).toBe(1);
  });
});

describe('the credentials of the GitRepository', () => {
  it('are used to push over HTTP', async () => {
    await using guarded = await createGitFixture({ auth: { username: 'bot', password: 'canary-pass' } });
    const other = await guarded.repository();
    await other.commit({ 'app.yaml': manifest('1') });
    guarded.secrets.set('apps/git', secretData({ username: 'bot', password: 'canary-pass' }));
    guarded.secrets.set('apps/wrong', secretData({ username: 'bot', password: 'canary-else' }));

    await update(guarded, other, { source: { secretRef: { name: 'git' } } });

    expect(await commitsOn(other)).toBe(2);
    await expect(update(guarded, other, { source: { secretRef: { name: 'wrong' } } })).rejects.toMatchObject({
      type: 'GitOperationFailed',
      message: expect.stringMatching(/^failed to checkout source: (?!.*canary)/),
    });
  });

  it('are used to push over SSH', async () => {
    const bin = join(dirname(fixture.dataDir), 'bin');
    await mkdir(bin, { recursive: true });
    // Stands in for ssh: runs what the other side would run.
    await writeFile(join(bin, 'ssh'), '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n');
    await chmod(join(bin, 'ssh'), 0o755);
    fixture.secrets.set('apps/ssh', secretData({ identity: 'KEY', known_hosts: 'host ssh-ed25519 AAAA\n' }));
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      await update(
        fixture,
        { url: `ssh://host${repository.path}` },
        { source: { secretRef: { name: 'ssh' } } },
      );
    } finally {
      process.env['PATH'] = path;
    }

    expect(await commitsOn(repository)).toBe(2);
  });
});

describe('the commit', () => {
  it.skipIf(!findProgram('ssh-keygen'))(
    'is signed by the key of the automation, and git verifies it',
    async () => {
      const dir = join(dirname(fixture.dataDir), 'keys');
      await mkdir(dir);
      const key = join(dir, 'identity');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bot', '-f', key]);
      const signers = join(dir, 'signers');
      await writeFile(signers, `bot@example.com ${await readFile(`${key}.pub`, 'utf8')}`);
      fixture.secrets.set('apps/key', { identity: await readFile(key) });
      const signingKey = { type: 'ssh', secretRef: { name: 'key' } };
      const author = { name: 'Bot', email: 'bot@example.com' };

      await update(fixture, repository, { git: { commit: { author, signingKey } } });

      const verify = ['-c', `gpg.ssh.allowedSignersFile=${signers}`, '-c', 'gpg.format=ssh'];
      const status = await repository.git(...verify, 'log', '-1', '--format=%G? %GS', 'refs/heads/main');
      expect(status).toBe('G bot@example.com');
      await repository.git('fsck', '--strict', '--no-dangling');
    },
  );

  it('has the message of the template, with the trailer below', async () => {
    const commit = {
      author: { email: 'a@b' },
      messageTemplate:
        '{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }}{{ end }}\n\n{{ .Values.why }}',
      messageTemplateValues: { why: 'because' },
    };

    const { pushed } = await update(fixture, repository, { git: { commit } });

    expect(pushed?.message).toBe('registry.test/app:1 -> registry.test/app:2\n\nbecause');
    expect(await repository.git('log', '-1', '--format=%B%n%an <%ae>', 'refs/heads/main')).toBe(
      `${pushed?.message}\n\nReconcile-Id: id-of-this\n\na@b <a@b>`,
    );
  });

  it('tells the workflow 2048 characters of its message at most', async () => {
    const commit = { author: { email: 'a@b' }, messageTemplate: 'x'.repeat(5000) };

    const { pushed } = await update(fixture, repository, { git: { commit } });

    expect(pushed?.message).toHaveLength(2048);
    expect((await repository.git('log', '-1', '--format=%B', 'refs/heads/main')).length).toBeGreaterThan(
      5000,
    );
  });

  it('is found again below forty others by an attempt with an empty mirror', async () => {
    await using elsewhere = await createGitFixture();
    await expect(update(elsewhere, repository, { options: { passed: diesBehindPush } })).rejects.toThrow(
      'killed',
    );
    const ours = await head();
    let tip = ours;
    const tree = await repository.git('rev-parse', `${ours}^{tree}`);
    for (let i = 0; i < 40; i += 1) tip = await repository.git('commit-tree', tree, '-p', tip, '-m', `${i}`);
    await repository.git('update-ref', 'refs/heads/main', tip);

    const { pushed } = await update(fixture, repository);

    expect(pushed).toMatchObject({ commit: ours, isAdopted: true });
  });
});

function diesBehindPush(point: string): void {
  if (point === 'image.pushed') throw new Error('killed');
}

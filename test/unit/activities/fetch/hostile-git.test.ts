import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ANY_TIME,
  createGitFixture,
  type GitFixture,
  gitRepositoryObject,
  secretData,
  type TestRepository,
} from '../../../support/git-fixture.ts';

let fixture: GitFixture;
let repository: TestRepository;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
  await repository.commit({ 'a.yaml': '1' });
});
afterEach(async () => fixture[Symbol.asyncDispose]());

function fetch(spec: Record<string, unknown> = {}) {
  return fixture.fetcher.fetch(gitRepositoryObject({ url: repository.url, ...spec }), ANY_TIME);
}

describe('hostile input never starts git', () => {
  const started: unknown[] = [];
  const onStart = (message: unknown) => started.push(message);
  beforeEach(() => {
    started.length = 0;
    subscribe('child_process', onStart);
  });
  afterEach(() => unsubscribe('child_process', onStart));

  const hostile = [
    '--upload-pack=touch PWN',
    '-uPWN',
    'ext::sh -c touch% PWN',
    'a..b',
    '@{-1}',
    'x.lock',
    'a\u0000b',
    'x'.repeat(5000),
  ];
  const fields = [
    ['url', (value: string) => ({ url: value })],
    ['branch', (value: string) => ({ ref: { branch: value } })],
    ['tag', (value: string) => ({ ref: { tag: value } })],
    ['name', (value: string) => ({ ref: { name: value } })],
    ['commit', (value: string) => ({ ref: { commit: value } })],
    ['branch of a commit', (value: string) => ({ ref: { commit: 'a'.repeat(40), branch: value } })],
  ] as const;

  it.each(fields)('as %s', async (_name, specOf) => {
    for (const value of hostile) {
      await expect(fetch(specOf(value))).rejects.toMatchObject({
        type: expect.stringMatching(/^(URLInvalid|GitOperationFailed)$/),
        nonRetryable: true,
      });
    }

    expect(started).toEqual([]);
  });

  it('but a sound name does', async () => {
    await fetch();

    expect(started.length).toBeGreaterThan(0);
  });
});

describe('a tree', () => {
  it.each(['.git', '.GIT', '..', 'git~1', '.git\u200c'])(
    'with an entry named %j is refused',
    async (name) => {
      const blob = await repository.git('rev-parse', 'HEAD:a.yaml');
      const inner = await hostileTree(`100644 config\u0000`, blob);
      const outer = await hostileTree(`40000 ${name}\u0000`, inner);
      const commit = await repository.git('commit-tree', outer, '-m', 'hostile');
      await repository.git('update-ref', 'refs/heads/main', commit);

      await expect(fetch()).rejects.toMatchObject({ type: 'GitOperationFailed', nonRetryable: true });
    },
  );

  it('with a submodule is packed without it, and nobody asks for its URL', async () => {
    await repository.commit({
      '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = https://127.0.0.1:1/x\n',
      'a.yaml': '1',
    });
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},x`);
    const commit = await repository.git('commit-tree', await repository.git('write-tree'), '-m', 'submodule');
    await repository.git('update-ref', 'refs/heads/main', commit);

    expect(await fetch()).toMatchObject({ unchanged: false });
  });

  it('with a hostile submodule is refused', async () => {
    await repository.commit({
      '.gitmodules': '[submodule "a/../../hooks"]\n\tpath = x\n\turl = --upload-pack=x\n',
    });

    await expect(fetch()).rejects.toMatchObject({ type: 'GitOperationFailed' });
  });

  async function hostileTree(entry: string, id: string): Promise<string> {
    const file = join(repository.path, 'tree');
    await writeFile(file, Buffer.concat([Buffer.from(entry), Buffer.from(id, 'hex')]));
    return await repository.git('hash-object', '-w', '-t', 'tree', '--literally', file);
  }
});

describe('ssh', () => {
  let path: string | undefined;
  let seen: string;
  beforeEach(async () => {
    // Stands in for ssh: notes how it was called, then runs the command as the other side would.
    seen = join(dirname(fixture.dataDir), 'seen');
    const bin = join(dirname(fixture.dataDir), 'bin');
    await mkdir(seen, { recursive: true });
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'ssh'), FAKE_SSH.replaceAll('SEEN', seen));
    await chmod(join(bin, 'ssh'), 0o755);
    path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
  });

  it('gets its key, its hosts and the passphrase from files, and asks nobody', async () => {
    const values = { identity: 'KEY', known_hosts: 'host ssh-ed25519 AAAA\n', password: 'CANARY' };
    fixture.secrets.set('apps/ssh', secretData(values));

    const result = await fetch({ url: `ssh://host:2222${repository.path}`, secretRef: { name: 'ssh' } });

    const read = (name: string) => readFile(join(seen, name), 'utf8');
    expect(result.unchanged).toBe(false);
    expect(await read('args')).toMatch(/-p\n2222\ngit@host\ngit-upload-pack/);
    expect(await read('args')).not.toContain('CANARY');
    expect(await read('env')).not.toContain('CANARY');
    expect(await read('known_hosts')).toBe(values.known_hosts);
    expect(await read('modes')).toMatch(/^(-rw-------\n)+$/);
    expect(await read('passphrase')).toBe('CANARY\n');
    expect((await read('other')).trim()).toBe('');
    const config = await read('config');
    for (const line of [
      'StrictHostKeyChecking yes',
      'IdentitiesOnly yes',
      'BatchMode no',
      'PasswordAuthentication no',
    ]) {
      expect(config).toContain(line);
    }
    expect(await readdir(join(fixture.dataDir, 'tmp'))).toEqual([]);
  });

  it('is not started without known_hosts', async () => {
    fixture.secrets.set('apps/ssh', secretData({ identity: 'KEY' }));

    await expect(fetch({ url: 'ssh://host/r', secretRef: { name: 'ssh' } })).rejects.toMatchObject({
      type: 'AuthenticationFailed',
    });
    await expect(fetch({ url: 'ssh://host/r' })).rejects.toMatchObject({ type: 'AuthenticationFailed' });
    expect(await readdir(seen)).toEqual([]);
  });
});

const FAKE_SSH = `#!/bin/sh
printf '%s\\n' "$@" >SEEN/args
env >SEEN/env
cp "$2" SEEN/config
cp "$HOME/known_hosts" SEEN/known_hosts
ls -l "$HOME/identity" "$HOME/known_hosts" "$2" "$HOME/.gitconfig" | cut -c1-10 >SEEN/modes
"$SSH_ASKPASS" "Enter passphrase for key '$HOME/identity': " >SEEN/passphrase
"$SSH_ASKPASS" "Are you sure you want to continue connecting (yes/no)? " >SEEN/other
"$SSH_ASKPASS" "git@host's password: " >>SEEN/other
for last; do :; done
eval "exec $last"
`;

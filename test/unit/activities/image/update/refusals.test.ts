import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createGitFixture,
  type GitFixture,
  secretData,
  type TestRepository,
} from '../../../../support/git-fixture.ts';
import { commitsOn, manifest, update, type Wanted } from '../../../../support/image-updates.ts';

let fixture: GitFixture;
let repository: TestRepository;
let base: string;

beforeEach(async () => {
  fixture = await createGitFixture();
  repository = await fixture.repository();
  base = await repository.commit({ 'app.yaml': manifest('1') });
});
afterEach(async () => fixture[Symbol.asyncDispose]());

/** A program of the server that is asked before it takes a push. */
async function hook(script: string, name = 'pre-receive'): Promise<void> {
  const path = join(repository.path, 'hooks', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function failureOf(
  wanted: Wanted = {},
): Promise<{ type: string; message: string; nonRetryable: boolean }> {
  return await update(fixture, repository, wanted).then(
    () => Promise.reject(new Error('it went well')),
    (error: unknown) => error as { type: string; message: string; nonRetryable: boolean },
  );
}

describe('a server that takes no push', () => {
  it.each([
    [
      'a protected branch',
      'echo "GH006: Protected branch update failed for refs/heads/main."; exit 1',
      /GH006: Protected branch.*pre-receive hook declined.*spec\.git\.push\.branch/,
    ],
    [
      'a protected branch at GitLab',
      'echo "GL-HOOK-ERR: You are not allowed to push code to protected branches on this project."; exit 1',
      /GL-HOOK-ERR.*pre-receive hook declined; allow the account.*spec\.git\.push\.branch/,
    ],
    ['a hook that says nothing', 'exit 1', /pre-receive hook declined; allow the account/],
    ['a hook that says too much', 'yes "no, thank you" | head -c 200000; exit 1', /no, thank you/],
  ])('%s is an error with its words, and not tried again at once', async (_name, script, words) => {
    await hook(script);

    const failure = await failureOf();

    expect(failure).toMatchObject({ type: 'GitOperationFailed', nonRetryable: true });
    expect(failure.message).toMatch(/^failed to update source: failed to push refs\/heads\/main to 'http:/);
    expect(failure.message).toMatch(words);
    expect(failure.message.length).toBeLessThan(1000);
    expect(await commitsOn(repository)).toBe(1);
  });

  it('that refuses one branch takes another', async () => {
    await hook('while read old new ref; do [ "$ref" = refs/heads/main ] && exit 1; done; exit 0');

    await expect(update(fixture, repository)).rejects.toThrow('pre-receive hook declined');
    expect(await update(fixture, repository, { git: { push: { branch: 'auto' } } })).toMatchObject({
      changes: 1,
    });
  });

  it('because the account may only read', async () => {
    await repository.git('config', 'http.receivepack', 'false');

    expect(await failureOf()).toMatchObject({
      type: 'GitOperationFailed',
      nonRetryable: true,
      message: expect.stringMatching(
        /403.*; the account in the Secret of the GitRepository must be allowed to push/,
      ),
    });
  });

  it('because it is gone, or answers later', async () => {
    fixture.server.setFault(({ path }) => (path.includes('receive-pack') ? 404 : undefined));
    expect(await failureOf()).toMatchObject({ type: 'GitOperationFailed', nonRetryable: true });
    fixture.server.setFault(({ path }) => (path.includes('receive-pack') ? 503 : undefined));
    expect(await failureOf()).toMatchObject({ type: 'GitOperationFailed', nonRetryable: false });
    fixture.server.setFault(({ method, path }) =>
      method === 'POST' && path.endsWith('receive-pack') ? 'drop' : undefined,
    );
    expect(await failureOf()).toMatchObject({ type: 'GitOperationFailed', nonRetryable: false });
    expect(await commitsOn(repository)).toBe(1);
  });

  it('under a name that is the beginning of another', async () => {
    await repository.git('update-ref', 'refs/heads/flux', base);

    const failure = await failureOf({ git: { push: { branch: 'flux/image-updates' } } });

    expect(failure).toMatchObject({ type: 'GitOperationFailed', nonRetryable: true });
    expect(failure.message).toContain('rename one of them');
  });

  it('answers without its words when they hold the password', async () => {
    fixture.secrets.set('apps/git', secretData({ username: 'bot', password: 'hunter2-canary' }));
    await hook('echo "denied for hunter2-canary"; exit 1');

    const failure = await failureOf({ source: { secretRef: { name: 'git' } } });

    expect(failure.message).toContain('denied for ***');
    expect(failure.message).not.toContain('hunter2');
  });
});

describe('a repository that cannot be read', () => {
  it.each([
    [
      'a branch that is gone',
      { source: { ref: { branch: 'gone' } } },
      'GitOperationFailed',
      /^failed to checkout source: .*couldn't find remote ref "refs\/heads\/gone"; check spec\.ref$/,
    ],
    [
      'a branch of its own spec that is gone',
      { git: { checkout: { ref: { branch: 'gone' } }, push: { branch: 'x' } } },
      'GitOperationFailed',
      /"refs\/heads\/gone"; check spec\.git\.checkout\.ref$/,
    ],
    [
      'a tag that is gone',
      { git: { checkout: { ref: { tag: 'v9' } }, push: { branch: 'x' } } },
      'GitOperationFailed',
      /^failed to checkout source: .*v9/,
    ],
    [
      'a Secret that is missing',
      { source: { secretRef: { name: 'gone' } } },
      'SourceManagerFailed',
      /^failed configuring source manager: secret 'apps\/gone'/,
    ],
    [
      'a URL that is none',
      { source: { url: 'file:///etc' } },
      'SourceManagerFailed',
      /^failed configuring source manager: spec\.url/,
    ],
    [
      'a key that is missing',
      { git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'gone' } } } } },
      'SourceManagerFailed',
      /^failed configuring source manager: could not find signing key secret 'gone'/,
    ],
  ])('by %s is an error of its kind', async (_name, wanted, type, message) => {
    const failure = await failureOf(wanted);

    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure.message).toMatch(message);
  });

  it('because it is empty', async () => {
    repository = await fixture.repository('org/empty');

    expect(await failureOf()).toMatchObject({
      type: 'GitOperationFailed',
      message: expect.stringMatching(/^failed to checkout source: git repository is empty/),
    });
  });
});

describe('a spec that cannot work', () => {
  const stalled = [{ stalled: true }];

  it.each([
    [
      'a tag without a push branch',
      { checkout: { ref: { tag: 'v1' } } },
      'SourceManagerFailed',
      [{ stalled: false }],
    ],
    [
      'a full ref as push branch',
      { push: { branch: 'refs/heads/x' } },
      'InvalidSourceConfiguration',
      stalled,
    ],
    ['an option as push branch', { push: { branch: '--force' } }, 'GitOperationFailed', [{ stalled: false }]],
    [
      'a refspec without a target',
      { push: { refspec: 'refs/heads/main' } },
      'InvalidSourceConfiguration',
      stalled,
    ],
    [
      'a refspec that deletes',
      { push: { refspec: ':refs/heads/main' } },
      'InvalidSourceConfiguration',
      stalled,
    ],
    [
      'a refspec with a pattern',
      { push: { refspec: 'refs/heads/*:refs/heads/*' } },
      'GitOperationFailed',
      [{ stalled: false }],
    ],
    [
      'a refspec of another branch',
      { push: { refspec: 'refs/heads/x:refs/heads/y' } },
      'InvalidSourceConfiguration',
      stalled,
    ],
    ['a refspec with a short target', { push: { refspec: 'main:x' } }, 'InvalidSourceConfiguration', stalled],
    [
      'a push option with a line break',
      { push: { options: { a: 'b\nc' } } },
      'InvalidSourceConfiguration',
      stalled,
    ],
    [
      'a push option that is no name',
      { push: { options: { '-a': 'b' } } },
      'InvalidSourceConfiguration',
      stalled,
    ],
  ])('%s never reaches the remote', async (_name, git, type, details) => {
    fixture.server.clearRequests();

    expect(await failureOf({ git })).toMatchObject({ type, nonRetryable: true, details });
    expect(fixture.server.requests).toEqual([]);
  });

  it('no spec.git is stalled', async () => {
    expect(await failureOf({ git: null })).toMatchObject({
      type: 'InvalidSourceConfiguration',
      details: stalled,
    });
  });

  it.each([
    [
      'that does not read',
      '{{',
      'GitOperationFailed',
      /^failed to update source: unable to create commit message template from spec/,
    ],
    [
      'that does not run',
      '{{ index .Values 1 }}',
      'GitOperationFailed',
      /^failed to update source: failed to run template from spec/,
    ],
    [
      'that uses a removed field',
      '{{ .Updated }}',
      'RemovedTemplateField',
      /^template uses removed '\.Updated' field/,
    ],
  ])('a template %s pushes nothing', async (_name, messageTemplate, type, message) => {
    const git = { commit: { author: { email: 'a@b' }, messageTemplate } };

    const failure = await failureOf({ git });

    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure.message).toMatch(message);
    expect(await commitsOn(repository)).toBe(1);
  });

  it('a tag beside its branch: the commit could not go there', async () => {
    await repository.git('tag', 'v1', base);
    await repository.commit({ 'app.yaml': manifest('1'), x: '1' });

    const failure = await failureOf({ git: { checkout: { ref: { tag: 'v1', branch: 'main' } } } });

    expect(failure.message).toMatch(/^failed to update source: v1@sha1:.* is not the head of branch 'main'/);
    expect(await commitsOn(repository)).toBe(2);
  });
});

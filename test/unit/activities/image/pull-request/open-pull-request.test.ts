import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../../activities/fetch/http/client.ts';
import { createPullRequests } from '../../../../../activities/image/pull-request/create-pull-requests.ts';
import { openPullRequest } from '../../../../../activities/image/pull-request/open-pull-request.ts';
import type { BranchChanges } from '../../../../../activities/image/update/update-branch.ts';
import { imageUpdateAutomation } from '../../../../../api/image-update-automation.ts';
import { createGitFixture, gitRepositoryObject } from '../../../../support/git-fixture.ts';
import { type GitHost, startGitHost } from '../../../../support/git-host.ts';
import { manifest, update } from '../../../../support/image-updates.ts';

const TOKEN = 'CANARY-token-of-the-step';
const ASKED = { 'pawl.dev/pull-request': 'gitea', 'pawl.dev/pull-request-secret': 'provider' };
const CHANGES: BranchChanges = {
  head: 'flux/image-updates',
  base: 'main',
  message: 'Update app\n\nfrom 1 to 2\n',
  files: [
    {
      path: 'app.yaml',
      content: Buffer.alloc(0),
      changes: [
        {
          object: { apiVersion: 'v1', kind: 'Pod', name: 'app', namespace: '' },
          change: { setter: 'apps:app', oldValue: 'registry.test/app:1', newValue: 'registry.test/app:2' },
        },
      ],
    },
  ],
};
const TABLE =
  '| File | Object | Policy | From | To |\n|---|---|---|---|---|\n' +
  '| `app.yaml` | `Pod app` | `apps:app` | `registry.test/app:1` | `registry.test/app:2` |';

let client: HttpClient;
let host: GitHost;
let beats: unknown[];
beforeEach(async () => {
  beats = [];
  client = createHttpClient();
  host = await startGitHost('gitea', { repository: 'acme/fleet', token: TOKEN });
});
afterEach(async () => {
  await client.close();
  await host[Symbol.asyncDispose]();
});

interface Step {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly switched?: boolean;
  readonly changes?: BranchChanges | undefined;
}

function step({ annotations = ASKED, switched = true, ...more }: Step = {}) {
  const pullRequests = createPullRequests({
    client,
    githubApp: { token: () => Promise.reject(new Error('no app was asked for')) },
    readSecret: (namespace, name) =>
      Promise.resolve(`${namespace}/${name}` === 'apps/provider' ? { token: Buffer.from(TOKEN) } : undefined),
    assertMayWrite: () => undefined,
  });
  const automation = imageUpdateAutomation.parse({
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    metadata: { name: 'auto', namespace: 'apps', uid: 'u', resourceVersion: '1', generation: 1, annotations },
    spec: {
      interval: '1m',
      sourceRef: { name: 'app' },
      git: { commit: { author: { email: 'bot@example.com' }, messageTemplateValues: { team: 'platform' } } },
    },
  });
  const source = gitRepositoryObject({ url: host.repositoryUrl });
  const changes = 'changes' in more ? more.changes : CHANGES;
  const attempt = {
    signal: new AbortController().signal,
    heartbeat: (detail: unknown) => beats.push(detail),
  };
  return openPullRequest({ pullRequests }, { automation, source, switched, changes }, attempt);
}

describe('the pull request of an update', () => {
  it('has the first line of the commit message as its title, and the changes in its body', async () => {
    expect(await step()).toEqual({ number: 1, url: `${host.url}/acme/fleet/pulls/1`, state: 'opened' });

    expect(host.pulls).toEqual([
      expect.objectContaining({
        head: 'flux/image-updates',
        base: 'main',
        title: 'Update app',
        body: `${TABLE}\n\n<!-- pawl.dev/pull-request apps/auto (written anew above this line, kept below) -->\n`,
      }),
    ]);
    expect(await step()).toMatchObject({ number: 1, state: 'unchanged' });
    expect(beats).toContainEqual({ proposing: host.repositoryUrl });
  });

  it('has a title and a body by templates over what the commit message knows', async () => {
    const annotations = {
      ...ASKED,
      'pawl.dev/pull-request-title':
        '{{ .Values.team }}: {{ range .Changed.Changes }}{{ .NewValue }}{{ end }} ({{ .AutomationObject.Name }})',
      'pawl.dev/pull-request-body': 'Please look at {{ len .Changed.FileChanges }} file.\n',
    };

    await step({ annotations });

    expect(host.pulls[0]?.title).toBe('platform: registry.test/app:2 (auto)');
    expect(host.pulls[0]?.body).toContain(`Please look at 1 file.\n\n${TABLE}\n\n<!-- `);
  });

  it('is none when none is asked for, or when nothing is to be merged', async () => {
    expect(await step({ annotations: {} })).toBeUndefined();
    expect(await step({ annotations: {}, switched: false })).toBeUndefined();
    expect(await step({ changes: undefined })).toBeUndefined();
    expect(host.requests).toEqual([]);
  });

  it.each<[string, Step, RegExp]>([
    [
      'a provider that is none',
      { annotations: { ...ASKED, 'pawl.dev/pull-request': 'svn' } },
      /"svn" is no provider/,
    ],
    [
      'annotations that are wrong, also when nothing is to be merged',
      { annotations: { 'pawl.dev/pull-request': 'gitea' }, changes: undefined },
      /pull-request-secret is missing/,
    ],
    [
      'a Secret that is not there',
      { annotations: { ...ASKED, 'pawl.dev/pull-request-secret': 'other' } },
      /secret 'apps\/other' of annotation pawl.dev\/pull-request-secret not found; create it/,
    ],
    ['commits on the branch itself', { switched: false }, /set spec.git.push.branch to another one/],
    ['a tag', { changes: { ...CHANGES, base: undefined } }, /set spec.git.checkout.ref.branch/],
    [
      'a template that cannot be read',
      { annotations: { ...ASKED, 'pawl.dev/pull-request-title': '{{ .Changed' } },
      /annotation pawl.dev\/pull-request-title: line 1: .*; correct the template/,
    ],
    [
      'a template that fails',
      { annotations: { ...ASKED, 'pawl.dev/pull-request-body': 'a\n{{ .Nothing }}' } },
      /annotation pawl.dev\/pull-request-body: line 2:\d+: executing the template at .*; correct the template/,
    ],
  ])('says what to do about %s', async (_what, wanted, message) => {
    expect(await step(wanted)).toEqual({
      state: 'failed',
      mayPass: false,
      message: expect.stringMatching(message),
    });
    expect(host.pulls).toEqual([]);
  });

  it('tells of a server that is away, and when to come back', async () => {
    host.intercept(() => ({ status: 429, json: { message: 'slow down' }, headers: { 'Retry-After': '9' } }));

    expect(await step()).toEqual({
      state: 'failed',
      mayPass: true,
      retryAfterMs: 9000,
      message: expect.stringContaining(
        `pull request: Gitea repository ${host.repositoryUrl}: the server answers HTTP 429`,
      ),
    });
  });

  it('is made of what an update has put on the push branch, and again while nothing new is pushed', async () => {
    await using fixture = await createGitFixture();
    const repository = await fixture.repository();
    await repository.commit({ 'app.yaml': manifest('1') });
    const run = async () => {
      let changes: BranchChanges | undefined;
      const updated = await update(fixture, repository, {
        git: { push: { branch: 'flux/image-updates' } },
        request: { onChanges: (told) => void (changes = told) },
      });
      return step({ switched: updated.switched, changes });
    };
    host.intercept(() => ({ status: 502, json: {} }));
    expect(await run()).toMatchObject({ state: 'failed' });
    host.intercept(undefined);

    expect(await run()).toMatchObject({ number: 1, state: 'opened' });
    expect(host.pulls[0]).toMatchObject({ head: 'flux/image-updates', base: 'main' });
    expect(host.pulls[0]?.body).toContain('`registry.test/app:1` | `registry.test/app:2` |');

    await repository.git('update-ref', 'refs/heads/main', 'refs/heads/flux/image-updates');
    Object.assign(host.pulls[0] ?? {}, { state: 'merged' });
    expect(await run()).toBeUndefined();
    expect(host.pulls).toHaveLength(1);
  });
});

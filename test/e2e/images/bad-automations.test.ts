import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { git } from '../../../tools/git.ts';
import { startHttpFront } from '../../support/http-front.ts';
import { imageHome } from '../../support/image-home.ts';
import { expectFailures, type Told } from '../../support/told.ts';

type Fields = Readonly<Record<string, unknown>>;

interface BadSpec extends Told {
  /** Merged into the spec of an automation that would push to the branch `auto/<its name>`. */
  readonly change: Fields;
  /** Merged into it to mend it; left out where somebody else mends it. */
  readonly fix?: Fields;
}

const commit = (fields: Fields) => ({ git: { commit: fields } });
const push = (fields: Fields) => ({ git: { push: fields } });
const invalid = (message: string) => ({ reason: 'InvalidSourceConfiguration', message, isStalled: true });
const unmanaged = (message: string) => ({
  reason: 'SourceManagerFailed',
  message: `^failed configuring source manager: ${message}`,
});
const unpushed = (message: string) => ({
  reason: 'GitOperationFailed',
  message: `^failed to update source: ${message}`,
});
const key = (name: string, type?: string) =>
  commit({ signingKey: { secretRef: { name }, ...(type && { type }) } });
const template = (messageTemplate: string) => commit({ messageTemplate });
const noTemplate = { fix: commit({ messageTemplate: null }) };
const noKey = { fix: commit({ signingKey: null }) };
const here = { fix: { sourceRef: { name: 'home' } } };

const AUTOMATIONS: Readonly<Record<string, BadSpec>> = {
  'no-git': {
    change: { git: null },
    fix: { git: { commit: { author: { email: 'pawl@example.org' } }, push: { branch: 'auto/no-git' } } },
    ...invalid(
      "^source kind 'GitRepository' necessitates field .spec.git: invalid source configuration; say there",
    ),
  },
  'no-source': {
    change: { sourceRef: { name: 'none' } },
    ...here,
    ...unmanaged('referenced git repository does not exist: GitRepository/<ns>/none not found; create it'),
  },
  'bad-selector': {
    change: { policySelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } },
    fix: { policySelector: null },
    reason: 'InvalidPolicySelector',
    message: '^failed to parse policy selector: .*Like.*; correct spec.policySelector',
    isStalled: true,
  },
  'no-path': {
    change: { update: { path: './none' } },
    fix: { update: { path: './app' } },
    reason: 'UpdateFailed',
    message: '^failed to apply policies: spec.update.path "none" does not exist; correct it',
  },
  'path-outside': {
    change: { update: { path: '../other' } },
    fix: { update: null },
    reason: 'UpdateFailed',
    message: '^failed to apply policies: .*leads out of the repository; correct it',
  },
  'removed-field': {
    change: template('{{ range .Updated.Images }}{{ . }}{{ end }}'),
    ...noTemplate,
    reason: 'RemovedTemplateField',
    message: 'Updated',
    isStalled: true,
  },
  'removed-result': {
    change: template('{{ .Changed.ImageResult }}'),
    ...noTemplate,
    reason: 'RemovedTemplateField',
    message: 'ImageResult',
    isStalled: true,
  },
  'broken-template': {
    change: template('{{ .AutomationObject'),
    ...noTemplate,
    ...unpushed('.*; correct spec.git.commit.messageTemplate'),
  },
  'failing-template': {
    change: template('{{ .Values.none.more }}{{ fail "no" }}'),
    ...noTemplate,
    ...unpushed('.*; correct spec.git.commit.messageTemplate'),
  },
  'no-key': {
    change: key('none'),
    ...noKey,
    ...unmanaged("could not find signing key secret 'none': create it in the namespace '<ns>'"),
  },
  'other-key': { change: key('other'), ...noKey, ...unmanaged(".*'other'.*git.asc") },
  'bad-key': { change: key('other', 'ssh'), ...noKey, ...unmanaged(".*'other'.*identity") },
  'no-branch': {
    change: { git: { checkout: { ref: { branch: 'none' } } } },
    fix: { git: { checkout: null } },
    reason: 'GitOperationFailed',
    message: '^failed to checkout source: .*couldn\'t find remote ref "refs/heads/none"',
  },
  'tag-only': {
    change: { git: { checkout: { ref: { tag: 'v1' } }, push: null } },
    fix: { git: { push: { branch: 'auto/tag-only' } } },
    ...unmanaged('push spec not provided, .*; set spec.git.push.branch'),
  },
  'bad-refspec': {
    change: push({ refspec: 'everywhere' }),
    fix: push({ refspec: null }),
    ...invalid('spec.git.push.refspec "everywhere" must be <from>:<to>'),
  },
  'push-options': {
    change: push({ options: { 'ci.skip': '' } }),
    fix: push({ options: null }),
    ...unpushed('.*remove spec.git.push.options: the server takes none'),
  },
  'protected-branch': {
    change: push({ branch: 'protected/main' }),
    ...unpushed(
      '.*GH006: Protected branch.*allow the account to push to this branch, or name another one in',
    ),
  },
  'read-only': {
    change: { sourceRef: { name: 'read-only' } },
    ...here,
    ...unpushed('.*403.*the account in the Secret of the GitRepository must be allowed to push'),
  },
  'no-login': {
    change: { sourceRef: { name: 'no-login' } },
    ...here,
    ...unmanaged(".*'<ns>/none'.*create it"),
  },
  'unsupported-source': {
    change: { sourceRef: { name: 'unsupported' } },
    ...here,
    reason: 'UnsupportedField',
    message: 'spec.recurseSubmodules of GitRepository/<ns>/unsupported is set.*nothing was committed',
  },
  overflowing: {
    change: { interval: '9999999999h' },
    fix: { interval: '1h' },
    reason: 'InvalidSpec',
    message: 'spec.interval: "9999999999h" is not a duration',
    isStalled: true,
  },
};

const MARKED = 'image: IMAGE:1 # {"$imagepolicy": "NAMESPACE:podinfo"}\n';
// A policy that is not there, a marker of somebody else, a file that is none, and one without a marker.
const LEFT_ALONE = {
  'app/other.yaml':
    'a: b:1 # {"$imagepolicy": "NAMESPACE:none"}\nc: d:1 # {"$imagepolicy": "other:podinfo"}\n',
  'app/broken.yaml': `a: [\n${MARKED}`,
  'app/notes.txt': MARKED,
};

test('ImageUpdateAutomations that cannot commit say so, push nothing, and mend', async () => {
  const { home, image, push: pushImages, repository, policy, automation } = await imageHome();
  const { kube, namespace } = home;
  const filled = (text: string) => text.replaceAll('IMAGE', image).replaceAll('NAMESPACE', namespace);
  const others = Object.fromEntries(Object.entries(LEFT_ALONE).map(([path, text]) => [path, filled(text)]));
  await pushImages(['1', '2']);
  await home.push({ 'app/one.yaml': filled(MARKED), ...others });
  const bare = new URL(home.git.url).pathname.slice(1);
  const { dir } = home.git.tree;
  await git(dir, 'push', '-q', 'origin', 'HEAD:refs/tags/v1');
  const hook = join(dir, '..', 'repositories', bare, 'hooks', 'pre-receive');
  const protect = (script: string) => {
    writeFileSync(hook, `#!/bin/sh\n${script}\n`);
    chmodSync(hook, 0o755);
  };
  protect(
    'grep -q " refs/heads/protected/" && echo "GH006: Protected branch update failed" >&2 && exit 1; exit 0',
  );
  await using front = await startHttpFront({
    target: home.git.url.slice(0, -bare.length),
    answer: (request, response) => {
      const isPush = /git-receive-pack/.test(request.url ?? '');
      if (isPush) response.writeHead(403).end('denied');
      return isPush;
    },
  });
  await home.source('read-only', { url: `${front.url}/${bare}` });
  await home.source('no-login', { secretRef: { name: 'none' } });
  await home.source('unsupported', { recurseSubmodules: true });
  const metadata = { name: 'other', namespace };
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { a: 'CANARY-b' } });
  await repository();
  await policy();
  await home.ready(Kind.ImagePolicy, 'podinfo', '2');
  const before = await refs(dir);

  const names = Object.keys(AUTOMATIONS);
  for (const [name, { change }] of Object.entries(AUTOMATIONS)) {
    const author = { email: 'pawl@example.org' };
    const spec = { git: { commit: { author }, push: { branch: `auto/${name}` } } };
    await automation(merged(spec, change), { name });
  }
  await automation({}, { name: 'good' });
  await expectFailures(home, Kind.ImageUpdateAutomation, AUTOMATIONS);

  const good = await home.ready(Kind.ImageUpdateAutomation, 'good');
  const { [`refs/heads/flux/image-updates`]: pushed, ...unchanged } = await refs(dir);
  expect(pushed).toBe(good.status?.lastPushCommit);
  expect(unchanged).toEqual(before);
  await git(dir, 'fetch', '-q', 'origin', 'flux/image-updates');
  expect(await git(dir, 'diff', '--name-only', 'HEAD', 'FETCH_HEAD')).toBe('app/one.yaml');
  const { message } = findCondition(good.status?.conditions, 'Ready') ?? {};
  expect(message).toMatch(
    /^repository up-to-date; app\/broken\.yaml:2.*; \S+:none: no such policy, or it has/,
  );
  expect(message).not.toContain('other:podinfo');
  const told = (await home.events(Kind.ImageUpdateAutomation, 'good')).map((event) => event.message);
  expect(told).toContain(message);

  protect('exit 0');
  for (const [name, { fix }] of Object.entries(AUTOMATIONS)) {
    if (fix === undefined) await home.request(Kind.ImageUpdateAutomation, name);
    else await home.update(Kind.ImageUpdateAutomation, name, fix);
  }
  for (const name of names) {
    const { status } = await home.ready(Kind.ImageUpdateAutomation, name);
    expect([name, Object.values(await refs(dir))]).toEqual([
      name,
      expect.arrayContaining([status?.lastPushCommit]),
    ]);
  }
});

/** Where the branches and tags of the remote are. */
async function refs(dir: string): Promise<Record<string, string>> {
  const lines = (await git(dir, 'ls-remote', 'origin', 'refs/heads/*', 'refs/tags/*')).split('\n');
  return Object.fromEntries(lines.map((line) => line.split('\t').reverse() as [string, string]));
}

/** As a merge patch. */
function merged(base: Fields, change: Fields): Fields {
  const result: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(change)) {
    const before = result[field];
    if (value === null) result[field] = undefined;
    else if (isFields(before) && isFields(value)) result[field] = merged(before, value);
    else result[field] = value;
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

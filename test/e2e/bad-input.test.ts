import { describe, expect, test } from 'vitest';
import { targetOfRef } from '../../activities/observe/object.ts';
import { findCondition } from '../../api/conditions.ts';
import type { Kind } from '../../api/object-ref.ts';
import { denyHeld } from '../support/apply.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';
import { pawlFor } from '../support/harness.ts';
import { customResource, manifest } from '../support/manifests.ts';

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Of the Kustomization; left out where only the source is bad. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly kind?: Kind;
  readonly reason: string;
  /** `<ns>` stands for the namespace; a regular expression. */
  readonly message: string;
  readonly stalled?: string;
}

const ONE = { 'app/one.yaml': configMap('one') };
const closed = 'http://127.0.0.1:1/home';

const SOURCES: readonly Case[] = [
  {
    name: 'a URL with a password',
    source: { url: 'https://u:secret@127.0.0.1/x' },
    reason: 'URLInvalid',
    message: 'holds a password; put it into a Secret',
    stalled: 'URLInvalid',
  },
  {
    name: 'a URL without a host',
    source: { url: 'https:///home' },
    reason: 'URLInvalid',
    message: 'must be http://, https:// or ssh:// with a host',
    stalled: 'URLInvalid',
  },
  {
    name: 'a server that is not there',
    source: { url: closed },
    reason: 'GitOperationFailed',
    message: `unable to list remote for '${closed}': .*(refused|connect)`,
  },
  {
    name: 'an unknown branch',
    source: { ref: { branch: 'none' } },
    reason: 'GitOperationFailed',
    message: `couldn't find remote ref "refs/heads/none"; check spec.ref`,
  },
  {
    name: 'an unknown tag range',
    source: { ref: { semver: '>=1.0' } },
    reason: 'GitOperationFailed',
    message: 'no match found for semver: >=1.0',
  },
  {
    name: 'a range that is none',
    source: { ref: { semver: 'one' } },
    reason: 'GitOperationFailed',
    message: 'semver parse error: spec.ref.semver "one"',
  },
  {
    name: 'a branch that git would read as an option',
    source: { ref: { branch: '--upload-pack=x' } },
    reason: 'GitOperationFailed',
    message: 'spec.ref.branch',
  },
  {
    name: 'a missing Secret',
    source: { secretRef: { name: 'none' } },
    reason: 'AuthenticationFailed',
    message: "secret '<ns>/none' of spec.secretRef not found; create it",
  },
  {
    name: 'an interval that overflows',
    source: { interval: '9999999999h' },
    reason: 'InvalidSpec',
    message: 'spec.interval: "9999999999h" is not a duration',
    stalled: 'InvalidSpec',
  },
  ...unsupported({
    verify: { secretRef: { name: 'k' } },
    include: [{ repository: { name: 'x' } }],
    sparseCheckout: ['a'],
    recurseSubmodules: true,
    proxySecretRef: { name: 'p' },
    provider: 'azure',
  }).map(({ spec = {}, ...each }) => ({ ...each, source: spec })),
];

const KUSTOMIZATIONS: readonly Case[] = [
  {
    name: 'a path that is not there',
    spec: { path: './none' },
    reason: 'ArtifactFailed',
    message: 'kustomization path not found.*none',
  },
  {
    name: 'a source that is not there',
    spec: { sourceRef: { kind: 'GitRepository', name: 'none' } },
    reason: 'ArtifactFailed',
    message: 'GitRepository/<ns>/none not found',
  },
  {
    name: 'YAML that does not parse',
    files: { ...ONE, 'app/two.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [two\n' },
    reason: 'BuildFailed',
    message: 'app/two\\.yaml:\\d+',
  },
  {
    name: 'a manifest without a kind',
    files: { 'app/two.yaml': 'apiVersion: v1\nmetadata:\n  name: two\n' },
    reason: 'BuildFailed',
    message: 'app/two\\.yaml.*kind',
  },
  {
    name: 'a kustomization that escapes the artifact',
    files: { 'app/kustomization.yaml': 'resources: [../../../../etc]\n' },
    reason: 'BuildFailed',
    message: 'app/kustomization\\.yaml: .*outside the artifact',
  },
  {
    name: 'a remote base',
    files: { 'app/kustomization.yaml': 'resources: [https://example.com/x.yaml]\n' },
    reason: 'BuildFailed',
    message: 'remote bases are not allowed',
  },
  {
    name: 'an unknown field in a manifest',
    files: { 'app/one.yaml': configMap('one').replace('"data"', '"daata"') },
    reason: 'ReconciliationFailed',
    message: 'ConfigMap/<ns>/one dry-run failed: .*\\.daata: field not declared in schema',
  },
  {
    name: 'a namespace that does not exist',
    spec: { targetNamespace: 'not-there' },
    reason: 'ReconciliationFailed',
    message: 'ConfigMap/not-there/one not found: namespaces "not-there" not found',
  },
  {
    name: 'no namespace at all',
    spec: { targetNamespace: null },
    reason: 'ReconciliationFailed',
    message: 'ConfigMap/one namespace not specified',
  },
  {
    name: 'a kind without its definition',
    files: { 'app/one.yaml': customResource('none.test.example', 'Thing', 'one') },
    reason: 'ReconciliationFailed',
    message: 'Thing/<ns>/one .*no matches for kind "Thing" in version "none.test.example/v1"',
  },
  {
    name: 'an undefined variable',
    files: { 'app/one.yaml': configMap('one', { a: '${not_there}' }) },
    spec: { postBuild: { substitute: { other: 'x' } } },
    reason: 'BuildFailed',
    message: 'not_there',
  },
  {
    name: 'a missing substituteFrom',
    spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'none' }] } },
    reason: 'BuildFailed',
    message: "substitute from 'Secret/none' error: it is not in the namespace <ns>",
  },
  {
    name: 'CEL that does not compile',
    spec: { wait: true, healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'status.(' }] },
    reason: 'InvalidCELExpression',
    message:
      'Reconciliation failed terminally due to configuration error: spec.healthCheckExprs\\[0\\].current',
    stalled: 'InvalidCELExpression',
  },
  {
    name: 'a readyExpr that does not compile',
    spec: { dependsOn: [{ name: 'x', readyExpr: 'dep..' }] },
    reason: 'InvalidCELExpression',
    message: 'spec.dependsOn\\[0\\].readyExpr',
    stalled: 'InvalidCELExpression',
  },
  {
    name: 'an interval that overflows',
    spec: { interval: '9999999999h' },
    reason: 'InvalidSpec',
    message: 'spec.interval: "9999999999h" is not a duration',
    stalled: 'InvalidSpec',
  },
  {
    name: 'a timeout that overflows',
    spec: { timeout: '9999999999h' },
    reason: 'InvalidSpec',
    message: 'spec.timeout',
    stalled: 'InvalidSpec',
  },
  {
    name: 'a Secret whose data is not base64',
    files: {
      'app/one.yaml': manifest({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'one' },
        data: { password: 'CANARY%value' },
      }),
    },
    reason: 'ReconciliationFailed',
    message: 'Secret/<ns>/one dry-run failed.*base64',
  },
  {
    name: 'a Secret with an invalid field',
    files: {
      'app/one.yaml': manifest({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'one' },
        stringData: { password: 'CANARY-value' },
        immutable: 'CANARY-flag',
      }),
    },
    reason: 'ReconciliationFailed',
    message: 'Secret/<ns>/one dry-run failed',
  },
  ...unsupported({
    decryption: { provider: 'sops' },
    kubeConfig: { secretRef: { name: 'k' } },
    buildMetadata: ['originAnnotations'],
  }),
  {
    name: 'a source of a later kind',
    spec: { sourceRef: { kind: 'OCIRepository', name: 'x' } },
    reason: 'UnsupportedField',
    message: '^spec\\.sourceRef\\.kind is set, which this release does not honour yet',
    stalled: 'UnsupportedField',
  },
];

describe('a GitRepository with', () => {
  test.each(SOURCES)('$name says so', async ({ source = {}, ...expected }) => {
    const home = await fluxHome({ source: false, files: ONE });
    await home.source('home', source);

    expect(await told(home, 'GitRepository', 'home')).toEqual(telling(expected, home));
  });

  test('an empty repository says so, and the first push is enough', async () => {
    const home = await fluxHome({ source: { interval: '1s' } });

    const { message } = await home.condition('GitRepository', 'home', 'Ready', 'EmptyGitRepository');
    expect(message).toContain('git repository is empty');

    const revision = await home.push(ONE);
    await home.ready('GitRepository', 'home', revision);
  });
});

describe('a Kustomization with', () => {
  test.each(KUSTOMIZATIONS)('$name says so', async ({ spec = {}, files = ONE, ...expected }) => {
    const home = await fluxHome({ files });
    await home.ready('GitRepository', 'home');
    await home.kustomization('app', { path: './app', ...spec });

    expect(await told(home, 'Kustomization', 'app')).toEqual(telling(expected, home));
  });

  test('a bad object stops no other, and mends by a push', async () => {
    const home = await fluxHome({
      files: { 'good/one.yaml': configMap('one'), 'bad/two.yaml': '- no\n- map\n' },
    });
    await home.kustomization('bad', { path: './bad' });
    await home.kustomization('worse', { path: './good', timeout: '9999999999h' });
    await home.kustomization('good', { path: './good' });

    await home.ready('Kustomization', 'good');
    await home.condition('Kustomization', 'bad', 'Ready', 'BuildFailed');
    await home.condition('Kustomization', 'worse', 'Ready', 'InvalidSpec');

    const revision = await home.deploy({ 'bad/two.yaml': configMap('two') });
    await home.ready('Kustomization', 'bad', revision);
    await home.update('Kustomization', 'worse', { timeout: '1m' });
    await home.ready('Kustomization', 'worse', revision);
    const { status } = await home.ready('Kustomization', 'good', revision);
    expect(status?.lastAppliedRevision).toBe(revision);
  });

  test('an object that an admission policy refuses names the policy', async () => {
    const home = await fluxHome({ files: { 'app/held.yaml': configMap('held-one'), ...ONE } });
    await denyHeld(home, 'CREATE');
    await home.kustomization('app', { path: './app' });

    const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ReconciliationFailed');

    expect(message).toContain(`ConfigMap/${home.namespace}/held-one apply failed: `);
    expect(message).toContain(`ValidatingAdmissionPolicy 'deny-create-${home.namespace}'`);
    expect(message).toContain('not while this test runs');
    const { status } = await home.get('Kustomization', 'app');
    expect(status?.inventory?.entries).toHaveLength(2);
  });

  test('what failed before keeps what it had applied', async () => {
    const home = await fluxHome({ files: ONE });
    await home.kustomization('app', { path: './app' });
    const before = await home.ready('Kustomization', 'app');

    const revision = await home.deploy({ 'app/one.yaml': undefined, 'app/two.yaml': 'a: [' });
    await home.condition('Kustomization', 'app', 'Ready', 'BuildFailed');

    const { status } = await home.get('Kustomization', 'app');
    expect(status).toMatchObject({
      lastAppliedRevision: before.status?.lastAppliedRevision,
      lastAttemptedRevision: revision,
      inventory: before.status?.inventory,
    });
    expect(await home.live('ConfigMap', 'one')).toBeDefined();
  });
});

// The CRDs take it, as Flux's do.
test.for(['GitRepository', 'Kustomization'] as const)(
  'a %s without a spec is told of, listed and let go, and holds nobody up',
  async (kind) => {
    const home = await fluxHome({ files: ONE });
    const { apiVersion } = targetOfRef(home.ref(kind, 'bare'));
    await home.kube.create({ apiVersion, kind, metadata: { name: 'bare', namespace: home.namespace } });

    const said = await told(home, kind, 'bare');

    expect(said).toMatchObject({ reason: 'InvalidSpec', stalled: 'InvalidSpec', isObserved: true });
    expect(said.message).toMatch(/^spec: /);
    await home.kustomization('app', { path: './app', dependsOn: [{ name: 'bare' }] });
    const waits = await home.condition('Kustomization', 'app', 'Ready', 'DependencyNotReady');
    expect(waits.message).toContain('bare');
    await home.update('Kustomization', 'app', { dependsOn: null });
    await home.ready('Kustomization', 'app');
    const listed = await pawlFor(home.stack)(['get', 'all', '--namespace', home.namespace]);
    expect(listed.stdout).toContain('bare');
    await home.delete(kind, 'bare');
    await home.gone(targetOfRef(home.ref(kind, 'bare')));
  },
);

/** What an object that failed says to whoever looks at it or waits for it. */
async function told(home: FluxHome, kind: Kind, name: string) {
  const read = async () => findCondition((await home.find(kind, name))?.status?.conditions, 'Ready')?.status;
  // The source may be a moment late.
  await expect.poll(read, POLL).toBe('False');
  const { status, metadata } = await home.get(kind, name);
  const ready = findCondition(status?.conditions, 'Ready');
  const warning = async () => (await home.events(kind, name)).filter(({ type }) => type === 'Warning').at(-1);
  await expect.poll(warning, POLL).toBeDefined();
  return {
    reason: ready?.reason,
    message: ready?.message,
    stalled: findCondition(status?.conditions, 'Stalled')?.reason,
    reconciling: findCondition(status?.conditions, 'Reconciling')?.reason,
    isObserved: status?.observedGeneration === metadata.generation,
    event: (await warning())?.reason,
    canary: JSON.stringify([status, await home.events(kind, name)]).includes('CANARY'),
  };
}

function telling({ reason, message, stalled }: Pick<Case, 'reason' | 'message' | 'stalled'>, home: FluxHome) {
  return {
    reason,
    message: expect.stringMatching(new RegExp(message.replaceAll('<ns>', home.namespace), 's')) as string,
    // Who waits for it is told at once that waiting is in vain, or that it is tried again.
    stalled,
    reconciling: stalled === undefined ? 'ProgressingWithRetry' : undefined,
    isObserved: stalled !== undefined,
    event: reason,
    canary: false,
  };
}

function unsupported(fields: Readonly<Record<string, unknown>>): Case[] {
  return Object.entries(fields).map(([field, value]) => ({
    name: `the later field ${field}`,
    spec: { [field]: value },
    reason: 'UnsupportedField',
    message: `^spec\\.${field} is set, which this release does not honour yet`,
    stalled: 'UnsupportedField',
  }));
}

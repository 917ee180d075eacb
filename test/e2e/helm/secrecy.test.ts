import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { found, heartbeatsDuring, type Places, placesOf } from '../../support/canaries.ts';
import type { PackageOptions } from '../../support/charts.ts';
import { type Stack, startStack } from '../../support/harness.ts';
import { chartOf, type HelmHome, helmHome } from '../../support/helm-home.ts';

// Its log and all its histories are read, so it is not the stack that all tests share.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ inMemory: true });
  await stack.startWorker({ args: ['--log-level=debug'] });
});

afterAll(() => stack?.stop());

// Characters that a URL, a shell, YAML, Go's quotes and base64 each write differently.
const CANARY = {
  repository: 'CANARY-repository/p@ss:w?rd&1',
  wrong: 'CANARY-wrong/p@ss',
  docker: 'CANARY-docker/p@ss:1',
  key: 'CANARY-key+1',
  text: 'CANARY-text "quoted" \\ <b>',
  line: 'CANARY-second-line-of-a-text',
  number: '73110987',
  target: "CANARY-target's 'value'",
  integer: '4815162342',
  patch: 'CANARY-patch "quoted"',
  drift: 'CANARY-drift',
};

/** Values of a Secret: a document with a text, a text of several lines and a number, and two at a path. */
const VALUES = {
  'values.yaml': JSON.stringify({
    password: CANARY.text,
    lines: `first: line of a text\n${CANARY.line}\n`,
    number: Number(CANARY.number),
  }),
  target: CANARY.target,
  integer: CANARY.integer,
};
const VALUES_FROM = [
  { kind: 'Secret', name: 'values' },
  { kind: 'Secret', name: 'values', valuesKey: 'target', targetPath: 'target' },
  { kind: 'Secret', name: 'values', valuesKey: 'integer', targetPath: 'integer' },
];
const EVERY = '.Values.password .Values.lines .Values.number .Values.target .Values.integer';

const map = (rest: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-more\n${rest}`;

/** Charts that make somebody repeat a value: helm, its template engine, its schema, or the API server. */
const LEAKS: Readonly<Record<string, { readonly files: Record<string, string>; readonly says?: string }>> = {
  fails: {
    files: { 'templates/x.yaml': `{{ fail (printf "bad %s %q %v %v %d" ${EVERY}) }}` },
    says: 'execution error',
  },
  'fails-quoting': {
    files: {
      'templates/x.yaml': `{{ fail (printf "%q" (printf "%q %q %q" .Values.password .Values.lines .Values.target)) }}`,
    },
    says: 'execution error',
  },
  encodes: {
    files: {
      'templates/x.yaml': `{{ fail (print (b64enc .Values.password) " " (b64enc .Values.target) " " (urlquery .Values.password) (toJson .Values)) }}`,
    },
    says: 'execution error',
  },
  schema: {
    files: {
      'values.schema.json': JSON.stringify({
        properties: { password: { pattern: '^x$' }, target: { enum: ['y'] }, integer: { const: 1 } },
      }),
    },
    says: 'meet the specifications of the schema',
  },
  label: {
    files: {
      'templates/x.yaml': map(
        '  labels:\n    a: {{ .Values.password | quote }}\n    b: {{ .Values.target | quote }}\n',
      ),
    },
  },
  typed: {
    files: {
      'templates/x.yaml': map(
        'data:\n  a: {{ toJson .Values }}\nimmutable: {{ .Values.password | quote }}\n',
      ),
    },
  },
  'no-base64': {
    files: {
      'templates/x.yaml': map(
        'data:\n  a: {{ .Values.password | quote }}\n  b: {{ .Values.target | quote }}\n',
      ).replace('ConfigMap', 'Secret'),
    },
  },
  'no-yaml': {
    files: { 'templates/x.yaml': map('data:\n  a: {{ .Values.password }}\n b: [{{ .Values.target }}\n') },
  },
  alias: { files: { 'templates/x.yaml': map('data:\n  a: *{{ .Values.target | replace " " "" }}\n') } },
  kind: {
    files: {
      'templates/x.yaml': map('').replace('ConfigMap', '{{ .Values.target | replace " " "" | squote }}'),
    },
  },
  hook: {
    files: {
      'templates/x.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-hook
  annotations: { helm.sh/hook: pre-install, helm.sh/hook-output-log-policy: "hook-failed" }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: registry.example/job:1
          command: ["false", {{ .Values.password | quote }}, {{ .Values.target | quote }}]
`,
    },
  },
};

test('no credential and no value of a Secret leaves the worker: not in objects, events, log, heartbeats or history', {
  timeout: 240_000,
}, async () => {
  const home = await helmHome({
    stack,
    repository: { secretRef: { name: 'right' } },
    server: { auth: { username: 'ada', password: CANARY.repository } },
  });
  await secrets(home);
  const heartbeats = await heartbeatsDuring(stack, async () => {
    await repositories(home);
    await releases(home);
    await postRenderers(home);
  });

  const kinds = [Kind.HelmRepository, Kind.HelmChart, Kind.HelmRelease];
  const places: Places = { ...(await placesOf(stack, home, kinds)), heartbeats };

  // The search itself works: what is no secret is found, and where a value was quoted there is a mask.
  const known: Places = { log: 'worker started', heartbeats: 'requests' };
  const unread = Object.keys(places).filter(
    (place) => !places[place]?.includes(known[place] ?? home.namespace),
  );
  expect(unread).toEqual([]);
  expect(places['HelmRelease']).toContain('***');
  expect(found(places, Object.values(CANARY))).toEqual([]);
});

async function secret(home: HelmHome, name: string, stringData: Record<string, string>): Promise<void> {
  const { kube, namespace } = home;
  await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
}

async function secrets(home: HelmHome): Promise<void> {
  const host = new URL(home.charts.url).host;
  const auths = (password: string) => ({ auths: { [host]: { username: 'ada', password } } });
  const key = `-----BEGIN PRIVATE KEY-----\n${CANARY.key}\n-----END PRIVATE KEY-----\n`;
  await secret(home, 'right', { username: 'ada', password: CANARY.repository });
  await secret(home, 'wrong', { username: 'ada', password: CANARY.wrong });
  await secret(home, 'docker', { '.dockerconfigjson': JSON.stringify(auths(CANARY.docker)) });
  await secret(home, 'docker-right', { '.dockerconfigjson': JSON.stringify(auths(CANARY.repository)) });
  await secret(home, 'no-config', { '.dockerconfigjson': `{"auths": "${CANARY.docker}` });
  await secret(home, 'key', {
    'tls.crt': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----',
    'tls.key': key,
  });
  await secret(home, 'values', VALUES);
}

/** Right and wrong logins, as user and password, in docker configs, and with a key. */
async function repositories(home: HelmHome): Promise<void> {
  const { kube, namespace } = home;
  const { host } = new URL(home.charts.url);
  await home.offer('credentials');
  await home.repository('wrong', { secretRef: { name: 'wrong' } });
  await home.repository('key', { certSecretRef: { name: 'key' } });
  await home.repository('in-url', {
    url: home.charts.url.replace('://', `://ada:${encodeURIComponent(CANARY.wrong)}@`),
  });
  const reasons = { wrong: 'AuthenticationFailed', key: 'AuthenticationFailed', 'in-url': 'URLInvalid' };
  for (const [name, reason] of Object.entries(reasons))
    await home.condition(Kind.HelmRepository, name, 'Ready', reason);
  await home.delete(Kind.HelmRepository, 'in-url');
  for (const name of ['docker', 'docker-right', 'no-config']) {
    const registry = { type: 'oci', insecure: true, url: `oci://${host}/charts`, secretRef: { name } };
    await home.repository(name, registry);
    await kube.create({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: Kind.HelmChart,
      metadata: { name, namespace },
      spec: { chart: 'web', version: '1.0.0', interval: '1h', sourceRef: { kind: 'HelmRepository', name } },
    });
  }
  await home.condition(Kind.HelmChart, 'docker', 'Ready', 'AuthenticationFailed');
  await home.condition(Kind.HelmChart, 'docker-right', 'Ready', 'ChartPullError');
  await home.condition(Kind.HelmChart, 'no-config', 'Ready', 'AuthenticationFailed');
}

/** One that runs, drifts and is corrected, and one for each way to repeat a value. */
async function releases(home: HelmHome): Promise<void> {
  const { kube, namespace } = home;
  const driftDetection = { mode: 'enabled' };
  await home.install('good', 'credentials', { valuesFrom: VALUES_FROM, driftDetection });
  const live = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'good' };
  const data = (await kube.get(live))?.['data'] as Record<string, string>;
  expect(Buffer.from(data['password'] ?? '', 'base64').toString()).toBe(CANARY.text);
  await kube.patch(live, { stringData: { password: CANARY.drift } }, { type: 'merge' });
  await home.reconcile(Kind.HelmRelease, 'good');
  expect((await kube.get(live))?.['data']).toEqual(data);

  for (const [name, { files }] of Object.entries(LEAKS)) await offer(home, name, files);
  for (const name of Object.keys(LEAKS)) await home.release(name, 'bench', leaking(name));
  for (const [name, { says = '' }] of Object.entries(LEAKS)) {
    const { message } = await home.condition(Kind.HelmRelease, name, 'Released', 'InstallFailed');
    expect(message).toContain(says);
  }
  // An upgrade that fails is rolled back, and uninstalled where that is the remediation.
  const remediation = { retries: 1, remediateLastFailure: true };
  await home.install('back', 'bench', { upgrade: { remediation }, test: { enable: true } }, undefined);
  await home.update(Kind.HelmRelease, 'back', leaking('label'));
  await home.condition(Kind.HelmRelease, 'back', 'Remediated', 'RollbackSucceeded');
  await home.uninstall('label');
}

function leaking(name: string) {
  return { valuesFrom: VALUES_FROM, chart: chartOf('bench', { version: versionOf(name) }) };
}

/** Every leak is a version of one chart. */
function versionOf(name: string): string {
  return `1.${Object.keys(LEAKS).indexOf(name)}.0-leak`;
}

async function offer(home: HelmHome, name: string, files: PackageOptions['files']): Promise<void> {
  await home.charts.publish('bench', { version: versionOf(name), ...(files && { files }) });
  if (name === Object.keys(LEAKS).at(-1)) {
    await home.charts.publish('bench');
    await home.reconcile(Kind.HelmRepository, 'charts');
  }
}

/** Patches that hold a secret, and values that post-renderers stumble over. */
async function postRenderers(home: HelmHome): Promise<void> {
  const named = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'any' } };
  const patch = JSON.stringify({ ...named, stringData: { password: CANARY.patch } });
  const test = [{ op: 'test', path: '/metadata/name', value: CANARY.patch }];
  const patches = {
    'no-target': [{ patch }],
    'no-object': [{ patch: JSON.stringify({ stringData: { password: CANARY.patch } }) }],
    'no-patch': [{ patch: `{"stringData": ["${CANARY.patch}"`, target: { kind: 'Secret' } }],
    'not-there': [{ patch: JSON.stringify(test), target: { kind: 'ConfigMap' } }],
    typed: [{ patch: JSON.stringify({ metadata: { labels: CANARY.patch } }), target: { kind: 'Secret' } }],
  };
  for (const [name, list] of Object.entries(patches))
    await home.release(`patch-${name}`, 'credentials', {
      valuesFrom: VALUES_FROM,
      postRenderers: [{ kustomize: { patches: list } }],
    });
  await home.install('patched', 'credentials', {
    valuesFrom: VALUES_FROM,
    postRenderers: [{ kustomize: { patches: [{ patch, target: { kind: 'Secret', name: 'patched' } }] } }],
  });
  for (const name of ['no-target', 'no-object', 'no-patch'])
    await home.condition(Kind.HelmRelease, `patch-${name}`, 'Released', 'InstallFailed');
}

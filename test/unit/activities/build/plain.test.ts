import { realpath } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confine } from '../../../../activities/build/confine.ts';
import { topKustomization } from '../../../../activities/build/generate.ts';
import { runKustomize } from '../../../../activities/build/kustomize.ts';
import { withNamespace } from '../../../../activities/build/namespace.ts';
import { buildPlain } from '../../../../activities/build/plain.ts';
import {
  aKustomization,
  type BuildBench,
  configMap,
  createBuildBench,
  type Files,
} from '../../../support/build.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await createBuildBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const SCALARS = `apiVersion: example.com/v1
kind: Scalars
metadata: {name: all, namespace: default}
spec:
  octal: [0644, 0o644, 08, 0b11, 0x1F, 1_000, -0, +1]
  floats: [1.0, 1e3, .5, 0.10, 1.10, 12e03, 1E5, -1.5, 6.02e23, 1e21, 1e-7]
  words: [true, True, TRUE, false, null, ~, Null]
  big: [9007199254740993, 18446744073709551615, -9223372036854775808]
  text: ["yes", 'no', "0644", "1:30", 1:30, a b, "2020-01-01"]
  empty: ["", {}, []]
  missing:
  block: |
    a
      b: c

  folded: >-
    one
    two
  quoted: "tab\\there é 😀 \\x41"
`;

const WORKLOADS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {a: "1"}}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: "nginx:1.27", env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: key}}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: elsewhere}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: nested}
spec: {path: ./x, prune: true}
`;

const LIST = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: first}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: second, creationTimestamp: null}}
---
---
# nothing
`;

const sets: Record<string, Files> = {
  'one manifest': { 'a.yaml': configMap('a') },
  'all kinds of scalars': { 'a.yaml': SCALARS },
  workloads: { 'a.yaml': WORKLOADS, 'b.yml': configMap('a') },
  'a list and empty documents': { 'a.yaml': LIST },
  'CRLF line ends': { 'a.yaml': configMap('a', '  text: |\n    a\n    b\n').replaceAll('\n', '\r\n') },
  'files and folders in the order of their names': {
    'b.yaml': configMap('b'),
    'b/a.yaml': configMap('in-b'),
    'a/z.yaml': configMap('in-a'),
    'B.yaml': configMap('upper'),
    'b-c.yaml': configMap('b-c'),
    'notes.txt': 'no manifest',
    'data.json': '{}',
  },
  'kustomizations that only list': {
    'kustomization.yml': 'resources: [./base, top.yaml]',
    'base/kustomization.yaml': 'resources: [z.yaml, ../other]',
    'base/z.yaml': configMap('z'),
    'other/Kustomization': 'kind: Kustomization\nresources:\n- a.yaml\n- sub/b.yaml',
    'other/a.yaml': configMap('a'),
    'other/sub/b.yaml': configMap('b'),
    'top.yaml': configMap('top'),
  },
  'a namespace of its own': {
    'kustomization.yaml': 'namespace: prod\nresources: [a.yaml]',
    'a.yaml': WORKLOADS,
  },
};

test.for(Object.entries(sets))('reads %s as kustomize does', async ([, files]) => {
  for (const targetNamespace of [undefined, 'target']) {
    const { plain, real } = await both(files, targetNamespace);

    expect(JSON.stringify(plain, undefined, 1)).toBe(JSON.stringify(real, undefined, 1));
  }
});

const leftToKustomize: Record<string, Files> = {
  'words that it keeps as text': { 'a.yaml': configMap('a', '  answer: yes\n') },
  'words as keys': { 'a.yaml': configMap('a', '  on: "5"\n') },
  'words in a list': { 'a.yaml': `${configMap('a')}list: [a, no]\n` },
  dates: { 'a.yaml': configMap('a', '  since: 2020-01-01\n') },
  aliases: { 'a.yaml': `${configMap('a')}b: &x {c: d}\ne: *x\n` },
  merges: { 'a.yaml': `${configMap('a')}b: &x {c: d}\ne: {<<: *x}\n` },
  'local configuration': {
    'a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: "true"}}',
  },
  'labels that are no text': {
    'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {a: 1}}',
  },
  'kustomizations that do more': {
    'base/kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]',
    'base/a.yaml': configMap('a'),
  },
};

test.for(Object.entries(leftToKustomize))('leaves %s to kustomize', async ([, files]) => {
  const { plain } = await both(files, undefined);

  expect(plain).toBeUndefined();
});

test.for(['Namespace', 'RoleBinding', 'ClusterRole', 'ValidatingWebhookConfiguration', 'PersistentVolume'])(
  'leaves the namespace of a set with a %s to kustomize',
  (kind) => {
    const group = { Namespace: 'v1', PersistentVolume: 'v1' }[kind] ?? 'rbac.authorization.k8s.io/v1';
    const object = { apiVersion: group, kind, metadata: { name: 'a' } };

    expect(withNamespace([object], 'target')).toBeUndefined();
  },
);

async function both(files: Files, targetNamespace: string | undefined) {
  const artifact = await bench.artifact(files);
  const root = await realpath(artifact.root);
  const top = await topKustomization(root, '', aKustomization({}).spec);
  const confined = await confine(root, top);
  const objects = await buildPlain(root, confined);
  const namespace = targetNamespace ?? (top.content['namespace'] as string | undefined);
  const plain = objects && namespace !== undefined ? withNamespace(objects, namespace) : objects;
  const signal = AbortSignal.timeout(20_000);
  const real = await runKustomize(bench, { root, top, confined, targetNamespace, signal });
  return { plain: plain?.map(sorted), real: real.map(sorted) };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

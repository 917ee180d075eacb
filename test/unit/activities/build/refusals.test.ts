import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createBuilder } from '../../../../activities/build/build.ts';
import {
  aKustomization,
  type BuildBench,
  configMap,
  createBuildBench,
  type Files,
  failureOf,
} from '../../../support/build.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await createBuildBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const CM = configMap('a');

interface Refused {
  readonly name: string;
  readonly files: Files;
  readonly spec?: object;
  readonly variables?: Readonly<Record<string, string>>;
  readonly says: string;
}

const chain = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `${index === 0 ? '' : `d${index}/`}kustomization.yaml`,
    `resources: [${index === 0 ? '' : '../'}d${index + 1}]`,
  ]),
);

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...Array.from('bcdefghi', (letter, index) => {
    const before = 'abcdefghi'[index];
    return `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
  }),
].join('\n');

const refused: Refused[] = [
  {
    name: 'a path that is not there',
    files: { 'a.yaml': CM },
    spec: { path: './apps' },
    says: 'ArtifactFailed: kustomization path not found: apps does not exist in the artifact',
  },
  {
    name: 'a path that is a file',
    files: { 'a.yaml': CM },
    spec: { path: './a.yaml' },
    says: 'ArtifactFailed: kustomization path not found: ./a.yaml is not a directory',
  },
  {
    name: 'a path out of the artifact',
    files: { 'a.yaml': CM },
    spec: { path: '../../etc' },
    says: 'ArtifactFailed: kustomization path not found: ../../etc is outside the artifact',
  },
  {
    name: 'a manifest that is no YAML',
    files: { 'apps/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a: b\n' },
    says: 'BuildFailed: apps/a.yaml:4:',
  },
  {
    name: 'a manifest that is no YAML, behind others and built by kustomize',
    files: {
      'apps/a.yaml': `${CM}---\n${CM}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a: b\n`,
      'apps/kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]',
    },
    spec: { path: 'apps' },
    says: 'BuildFailed: kustomize build failed: apps/a.yaml:18:',
  },
  {
    name: 'a YAML file that is no manifest',
    files: { 'values.yaml': 'replicas: 3' },
    says: 'BuildFailed: values.yaml:1:1: apiVersion is missing',
  },
  {
    name: 'a manifest without a name',
    files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
    says: 'BuildFailed: a.yaml:1:1: metadata.name',
  },
  {
    name: 'a kustomization that is no YAML',
    files: { 'apps/kustomization.yaml': 'resources:\n- a\nb: [' },
    spec: { path: 'apps' },
    says: 'BuildFailed: apps/kustomization.yaml:3:',
  },
  {
    name: 'several kustomization files',
    files: { 'kustomization.yaml': 'resources: [a.yaml]', Kustomization: '', 'a.yaml': CM },
    says: 'BuildFailed: . has several kustomization files: kustomization.yaml, Kustomization',
  },
  {
    name: 'a field that kustomize does not know, below the top',
    files: {
      'kustomization.yaml': 'resources: [base]',
      'base/kustomization.yaml': 'resources: [a.yaml]\nresource: [b.yaml]',
      'base/a.yaml': CM,
    },
    says: `BuildFailed: kustomize build failed: couldn't make target for path 'base': invalid Kustomization: json: unknown field "resource"`,
  },
  {
    name: 'a base that is not there',
    files: { 'kustomization.yaml': 'resources: [base]' },
    says: 'BuildFailed: kustomization.yaml: resources[0]: base does not exist in the artifact',
  },
  {
    name: 'a base without a kustomization',
    files: { 'kustomization.yaml': 'resources: [base]', 'base/a.yaml': CM },
    says: 'BuildFailed: base: the directory has no kustomization file',
  },
  ...escapes(),
  {
    name: 'a cycle of two',
    files: { 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a]' },
    spec: { path: 'a' },
    says: 'BuildFailed: kustomizations form a cycle: a → b → a',
  },
  {
    name: 'a kustomization that holds itself',
    files: { 'apps/kustomization.yaml': 'resources: [.]' },
    spec: { path: 'apps' },
    says: 'BuildFailed: kustomizations form a cycle: apps → apps',
  },
  {
    name: 'a cycle of components',
    files: {
      'kustomization.yaml': 'components: [c]',
      'c/kustomization.yaml': 'kind: Component\ncomponents: [../d]',
      'd/kustomization.yaml': 'kind: Component\ncomponents: [../c]',
    },
    says: 'BuildFailed: kustomizations form a cycle: . → c → d → c',
  },
  {
    name: 'a chain that is too deep',
    files: { ...chain, 'd40/kustomization.yaml': '' },
    says: 'BuildFailed: kustomizations are nested deeper than 32',
  },
  {
    name: 'kustomizations that double at each level',
    files: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `d${index}/kustomization.yaml`,
        `resources: [../d${index + 1}, ../d${index + 1}/.]`,
      ]).concat([['d20/kustomization.yaml', 'resources: []']]),
    ),
    spec: { path: 'd0' },
    says: 'more than 10000 kustomizations to build',
  },
  ...[
    'https://example.com/base',
    'git@github.com:org/repo',
    'github.com/org/repo?ref=v1',
    'ssh://git@host/r',
  ].map((url) => ({
    name: `the remote base ${url}`,
    files: { 'kustomization.yaml': `resources: ["${url}"]` },
    says: `BuildFailed: kustomization.yaml: resources[0]: remote bases are not allowed: ${url}`,
  })),
  {
    name: 'a remote file of a generator',
    files: { 'kustomization.yaml': 'configMapGenerator: [{name: a, files: ["k=HTTP://127.0.0.1/x"]}]' },
    says: 'BuildFailed: kustomization.yaml: configMapGenerator[0].files[0]: remote bases are not allowed',
  },
  {
    name: 'Helm charts',
    files: { 'kustomization.yaml': 'helmCharts: [{name: a}]' },
    says: 'BuildFailed: kustomization.yaml: helmCharts: Helm charts are not inflated',
  },
  {
    name: 'Helm charts by a generator',
    files: {
      'kustomization.yaml': 'generators: [g.yaml]',
      'g.yaml': 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}',
    },
    says: 'BuildFailed: kustomization.yaml: generators[0]: HelmChartInflationGenerator: Helm charts',
  },
  {
    name: 'a function',
    files: {
      'kustomization.yaml': 'transformers: [t.yaml]',
      't.yaml':
        'apiVersion: v1\nkind: Do\nmetadata: {name: a, annotations: {config.kubernetes.io/function: "exec: {path: /bin/sh}"}}',
    },
    says: 'BuildFailed: kustomization.yaml: transformers[0]: Do: functions in containers or as programs are not run',
  },
  {
    name: 'a plugin',
    files: {
      'kustomization.yaml': 'generators: ["{apiVersion: someteam/v1, kind: Do, metadata: {name: a}}"]',
    },
    says: 'BuildFailed: kustomization.yaml: generators[0]: Do: only the builtin generators and transformers are run',
  },
  {
    name: 'a field in a case that only Go reads',
    files: { 'kustomization.yaml': 'Resources: [../../etc]' },
    says: 'BuildFailed: kustomization.yaml: the field Resources must be written resources',
  },
  {
    name: 'a field in letters that only Go takes for others',
    files: { 'kustomization.yaml': 'reſources: [../../etc]' },
    says: 'must be written resources',
  },
  {
    name: 'aliases that stand for billions, in a manifest',
    files: { 'a.yaml': `${CM}bomb:\n${bomb.replace(/^/gm, '  ')}` },
    says: 'aliases stand for too much',
  },
  {
    name: 'aliases that stand for billions, in a patch',
    files: {
      'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]',
      'a.yaml': CM,
      'p.yaml': bomb,
    },
    says: 'aliases stand for too much',
  },
  {
    name: 'aliases that stand for billions, in a patch of the spec',
    files: { 'a.yaml': CM },
    spec: { patches: [{ patch: bomb, target: { kind: 'ConfigMap' } }] },
    says: 'aliases stand for too much',
  },
  {
    name: 'too many documents',
    files: { 'a.yaml': `${CM}---\n`.repeat(10_001) },
    says: 'BuildFailed: a.yaml:',
  },
  {
    name: 'a duplicate object in two files',
    files: { 'a.yaml': CM, 'b.yaml': CM },
    says: 'BuildFailed: duplicate object ConfigMap/a: it is in a.yaml and in b.yaml',
  },
  {
    name: 'a duplicate object in two bases',
    files: {
      'kustomization.yaml': 'namePrefix: x-\nresources: [b, c]',
      'b/kustomization.yaml': 'resources: [a.yaml]',
      'b/a.yaml': CM,
      'c/kustomization.yaml': 'resources: [a.yaml]',
      'c/a.yaml': CM,
    },
    says: 'BuildFailed: kustomize build failed: duplicate object ConfigMap/a',
  },
  {
    name: 'objects that become duplicates by substitution',
    files: { 'a.yaml': CM, 'b.yaml': configMap('"${name}"') },
    spec: { postBuild: { substitute: { name: 'a' } } },
    variables: { name: 'a' },
    says: 'BuildFailed: duplicate object ConfigMap/a: the build has it twice',
  },
  {
    name: 'a component that is not there',
    files: { 'a.yaml': CM },
    spec: { components: ['../missing'], path: './' },
    says: `BuildFailed: component path '../missing' of the Kustomization is outside the artifact`,
  },
  {
    name: 'a component of the spec that is not there',
    files: { 'apps/a.yaml': CM },
    spec: { components: ['../missing'], path: 'apps' },
    says: `BuildFailed: component path '../missing' of the Kustomization does not exist in the artifact`,
  },
  {
    name: 'a remote component',
    files: { 'a.yaml': CM },
    spec: { components: ['https://example.com/c'] },
    says: `BuildFailed: component path 'https://example.com/c' must be local and relative`,
  },
  {
    name: 'a patch without its object',
    files: { 'a.yaml': CM },
    spec: { patches: [{ patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}' }] },
    says: 'BuildFailed: kustomize build failed: no resource matches strategic merge patch "ConfigMap/z"',
  },
  {
    name: 'a JSON patch that does not fit',
    files: { 'a.yaml': CM },
    spec: { patches: [{ patch: '- {op: replace, path: /spec/x, value: 1}', target: { kind: 'ConfigMap' } }] },
    says: 'BuildFailed: kustomize build failed: replace operation does not apply: doc is missing path: /spec/x',
  },
  {
    name: 'a variable that is not set',
    files: { 'a.yaml': configMap('a', '  other: "x-${REGION}"\n') },
    spec: { postBuild: { substitute: { CLUSTER: 'x' } } },
    variables: { CLUSTER: 'x' },
    says: `BuildFailed: post build failed for 'ConfigMap/a': variable "REGION" is not set, at data.other`,
  },
  {
    name: 'a name that a variable turns into a number',
    files: { 'a.yaml': configMap('"${n}"') },
    spec: { postBuild: { substitute: { n: '12' } } },
    variables: { n: '12' },
    says: 'metadata.name is not a text any more',
  },
];

test.for(refused)('refuses $name', async ({ files, spec, variables, says }) => {
  const began = process.cpuUsage();

  const failure = await failureOf(bench.build(files, spec, variables));

  expect(failure).toContain(says);
  expect(failure).not.toMatch(/pawl-build|scratch|\n/);
  // Not the time, of which other processes take theirs.
  expect(process.cpuUsage(began).user).toBeLessThan(5_000_000);
});

/** One place after another that could name a file outside: `../secret` is there, beside the artifact's path. */
function escapes(): Refused[] {
  const places: Record<string, string> = {
    'resources[0]': 'resources: [../../secret]',
    'bases[0]': 'bases: [../../secret]',
    'components[0]': 'components: [../../secret]',
    'crds[0]': 'crds: [../../secret]',
    'configurations[0]': 'configurations: [../../secret]',
    'generators[0]': 'generators: [../../secret]',
    'transformers[0]': 'transformers: [../../secret]',
    'validators[0]': 'validators: [../../secret]',
    'patches[0].path': 'patches: [{path: ../../secret}]',
    'patchesStrategicMerge[0]': 'patchesStrategicMerge: [../../secret]',
    'patchesJson6902[0].path': 'patchesJson6902: [{path: ../../secret, target: {kind: A, name: a}}]',
    'replacements[0].path': 'replacements: [{path: ../../secret}]',
    'openapi.path': 'openapi: {path: ../../secret}',
    'configMapGenerator[0].files[0]': 'configMapGenerator: [{name: a, files: [k=../../secret]}]',
    'configMapGenerator[0].envs': 'configMapGenerator: [{name: a, env: ../../secret}]',
    'secretGenerator[0].files[0]': 'secretGenerator: [{name: a, files: [../../secret]}]',
    'secretGenerator[0].envs': 'secretGenerator: [{name: a, envs: [../../secret]}]',
    'generators[0].files[0]':
      'generators: ["{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: a}, files: [../../secret]}"]',
    'transformers[0].path':
      'transformers: ["{apiVersion: builtin, kind: PatchTransformer, metadata: {name: a}, path: ../../secret}"]',
    'transformers[0].paths[0]':
      'transformers: ["{apiVersion: builtin, kind: PatchStrategicMergeTransformer, metadata: {name: a}, paths: [../../secret]}"]',
  };
  return Object.entries(places).map(([field, kustomization]) => ({
    name: `an escape by ${field}`,
    files: { 'apps/kustomization.yaml': `${kustomization}\n`, 'apps/a.yaml': CM },
    spec: { path: 'apps' },
    says: `BuildFailed: apps/kustomization.yaml: ${field}: ../../secret is outside the artifact`,
  }));
}

describe('links', () => {
  it.each([
    ['to a file', 'link.yaml', 'resources: [link.yaml]', 'link.yaml is a symbolic link'],
    ['to a directory', 'link', 'resources: [link/a.yaml]', 'link/a.yaml is a symbolic link'],
  ])('are not followed %s', async (_name, link, kustomization, says) => {
    const outside = await bench.artifact({ 'a.yaml': CM });
    const inside = await bench.artifact({ 'kustomization.yaml': kustomization });
    await symlink(link === 'link' ? outside.root : join(outside.root, 'a.yaml'), join(inside.root, link));
    const builder = createBuilder(bench);

    const failure = await failureOf(builder.build({ ...inside, kustomization: aKustomization({}) }));

    expect(failure).toContain(says);
  });
});

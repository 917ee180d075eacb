import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { stringifyManifests } from '../../../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { type BuildBench, configMap, createBuildBench, type Files, names } from '../../../support/build.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await createBuildBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "ghcr.io/org/web:1.0"}]
`;
const WEB: Files = { 'web.yaml': DEPLOYMENT, 'cm.yaml': configMap('a') };

interface Feature {
  readonly name: string;
  readonly files: Files;
  readonly spec?: object;
  readonly variables?: Readonly<Record<string, string>>;
  /** Picked from the objects, by `Kind/name` and a path. */
  readonly makes: Readonly<Record<string, unknown>>;
  readonly objects?: readonly string[];
}

const features: Feature[] = [
  {
    name: 'a strategic merge patch of the spec',
    files: WEB,
    spec: {
      patches: [
        { patch: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}' },
      ],
    },
    makes: { 'Deployment/web spec.replicas': 5 },
  },
  {
    name: 'a JSON patch of the spec, by label',
    files: { ...WEB, 'b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, labels: {t: x}}' },
    spec: {
      patches: [
        {
          patch: '- {op: add, path: /data, value: {p: q}}',
          target: { kind: 'ConfigMap', labelSelector: 't=x' },
        },
      ],
    },
    makes: { 'ConfigMap/b data': { p: 'q' }, 'ConfigMap/a data': { key: 'value' } },
  },
  {
    name: 'a patch of names by an anchored pattern',
    files: { 'a.yaml': configMap('app'), 'b.yaml': configMap('app-two') },
    spec: {
      patches: [
        { patch: '- {op: add, path: /data/p, value: q}', target: { kind: 'ConfigMap', name: 'app' } },
      ],
    },
    makes: { 'ConfigMap/app data.p': 'q', 'ConfigMap/app-two data.p': undefined },
  },
  {
    name: 'patches after those of the kustomization',
    files: {
      ...WEB,
      'kustomization.yaml':
        'resources: [cm.yaml]\npatches: [{patch: "- {op: add, path: /data/p, value: theirs}", target: {kind: ConfigMap}}]',
    },
    spec: { patches: [{ patch: '- {op: add, path: /data/p, value: ours}', target: { kind: 'ConfigMap' } }] },
    makes: { 'ConfigMap/a data.p': 'ours' },
  },
  {
    name: 'an image tag',
    files: WEB,
    spec: { images: [{ name: 'ghcr.io/org/web', newTag: '2.0' }] },
    makes: { 'Deployment/web spec.template.spec.containers.0.image': 'ghcr.io/org/web:2.0' },
  },
  {
    name: 'an image digest, over the tag of the kustomization',
    files: {
      ...WEB,
      'kustomization.yaml':
        'resources: [web.yaml]\nimages: [{name: ghcr.io/org/web, newName: mirror/web, newTag: 1.5}]',
    },
    spec: { images: [{ name: 'ghcr.io/org/web', digest: 'sha256:abc' }] },
    makes: { 'Deployment/web spec.template.spec.containers.0.image': 'mirror/web@sha256:abc' },
  },
  {
    name: 'a tag that is a number in the kustomization',
    files: {
      ...WEB,
      'kustomization.yaml': 'resources: [web.yaml]\nimages: [{name: ghcr.io/org/web, newTag: 1.27}]',
    },
    makes: { 'Deployment/web spec.template.spec.containers.0.image': 'ghcr.io/org/web:1.27' },
  },
  {
    name: 'a component of the spec',
    files: {
      'apps/a.yaml': configMap('a'),
      'c/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [b.yaml]\npatches: [{patch: "- {op: add, path: /data/p, value: q}", target: {kind: ConfigMap}}]',
      'c/b.yaml': configMap('b'),
    },
    spec: { path: 'apps', components: ['../c'] },
    makes: { 'ConfigMap/a data.p': 'q', 'ConfigMap/b data.p': 'q' },
  },
  {
    name: 'a missing component that may be missing',
    files: { 'apps/a.yaml': configMap('a') },
    spec: { path: 'apps', components: ['../c'], ignoreMissingComponents: true },
    makes: {},
    objects: ['ConfigMap/a'],
  },
  {
    name: 'a name prefix and suffix, in references too',
    files: {
      'web.yaml': DEPLOYMENT.replace(
        'image: "ghcr.io/org/web:1.0"',
        'image: i, envFrom: [{configMapRef: {name: a}}]',
      ),
      'cm.yaml': configMap('a'),
    },
    spec: { namePrefix: 'p-', nameSuffix: '-s' },
    makes: { 'Deployment/p-web-s spec.template.spec.containers.0.envFrom.0.configMapRef.name': 'p-a-s' },
  },
  {
    name: 'a target namespace, in the subjects of a binding too',
    files: {
      'a.yaml': configMap('a'),
      'rbac.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: {name: sa}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: crb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: sa}, {kind: ServiceAccount, name: default}]`,
    },
    spec: { targetNamespace: 'prod' },
    makes: {
      'ConfigMap/a metadata.namespace': 'prod',
      'ClusterRoleBinding/crb metadata.namespace': undefined,
      'ClusterRoleBinding/crb subjects.0.namespace': 'prod',
      'ClusterRoleBinding/crb subjects.1.namespace': 'prod',
    },
  },
  {
    name: 'a target namespace over that of the kustomization',
    files: {
      'kustomization.yaml': 'namespace: theirs\nnamePrefix: x-\nresources: [a.yaml]',
      'a.yaml': configMap('a'),
    },
    spec: { targetNamespace: 'ours' },
    makes: { 'ConfigMap/x-a metadata.namespace': 'ours' },
  },
  {
    name: 'common metadata over labels of the object, not in templates',
    files: { 'web.yaml': DEPLOYMENT.replace('{name: web}', '{name: web, labels: {team: a, keep: b}}') },
    spec: {
      commonMetadata: { labels: { team: 'x' }, annotations: { note: '${v}' } },
      postBuild: { substitute: { v: '1' } },
    },
    variables: { v: '1' },
    makes: {
      'Deployment/web metadata.labels': { team: 'x', keep: 'b' },
      'Deployment/web metadata.annotations': { note: '${v}' },
      'Deployment/web spec.template.metadata.labels': { app: 'web' },
    },
  },
  {
    name: 'a generated kustomization, with folders that have one of their own',
    files: {
      'z.yaml': configMap('z'),
      'sub/deep/a.yml': configMap('a'),
      'own/kustomization.yaml': 'namePrefix: own-\nresources: [b.yaml]',
      'own/b.yaml': configMap('b'),
      'own/not-listed.yaml': 'no: manifest',
      'README.md': '# no',
    },
    makes: {},
    objects: ['ConfigMap/own-b', 'ConfigMap/a', 'ConfigMap/z'],
  },
  {
    name: 'generators, with files of another folder',
    files: {
      'apps/kustomization.yaml':
        'generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator: [{name: g, files: [../shared/conf.ini], literals: [n=1], envs: [e.env]}]',
      'apps/e.env': 'E=f',
      'shared/conf.ini': 'a=*b &c',
    },
    spec: { path: 'apps' },
    makes: { 'ConfigMap/g data': { 'conf.ini': 'a=*b &c', n: '1', E: 'f' } },
  },
  {
    name: 'builtin transformers, inline and from a file',
    files: {
      'kustomization.yaml': `resources: [cm.yaml]
transformers:
- t.yaml
- |-
  apiVersion: builtin
  kind: PrefixTransformer
  metadata: {name: p}
  prefix: x-
  fieldSpecs: [{path: metadata/name}]`,
      't.yaml':
        'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: p.yaml\ntarget: {kind: ConfigMap}',
      'p.yaml': '- {op: add, path: /data/p, value: q}',
      'cm.yaml': configMap('a'),
    },
    makes: { 'ConfigMap/x-a data.p': 'q' },
  },
  {
    name: 'a local base with a name like a repository',
    files: {
      'kustomization.yaml': 'resources: [github.com/org/base]',
      'github.com/org/base/kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]',
      'github.com/org/base/a.yaml': configMap('a'),
    },
    makes: {},
    objects: ['ConfigMap/x-a'],
  },
  {
    name: 'nothing',
    files: { 'README.md': '# empty' },
    makes: {},
    objects: [],
  },
  {
    name: 'variables of all forms',
    files: {
      'a.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: "\${app}-web", labels: {"\${key}": x}}
spec:
  replicas: "\${replicas}"
  text: "\${app} $\${text} $(KEPT) $KEPT"
  comment: "a \${text}"
  fallback: "\${missing:=default}"
  upper: "\${app^^}"
  list: \${list}
  quoted: "'\${replicas}'"
  script: |
    #!/bin/sh
    echo \${text} $HOME
`,
    },
    spec: { postBuild: { substitute: {} } },
    variables: { app: 'my', key: 'k', replicas: '3', text: 'b # c', list: '[1, two]' },
    makes: {
      'Deployment/my-web spec': {
        replicas: 3,
        text: 'my ${text} $(KEPT) $KEPT',
        // A comment, to Flux as well.
        comment: 'a b',
        fallback: 'default',
        upper: 'MY',
        list: [1, 'two'],
        quoted: "'3'",
        script: '#!/bin/sh\necho b # c $HOME\n',
      },
      'Deployment/my-web metadata.labels': { k: 'x' },
    },
  },
  {
    name: 'no variables where they are disabled',
    files: {
      'a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {x: "${v}"}',
      'b.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {x: "${v}"}',
    },
    spec: { postBuild: { substitute: { other: '1' } } },
    variables: { other: '1' },
    makes: { 'ConfigMap/a data.x': '${v}', 'ConfigMap/b data.x': '${v}' },
  },
  {
    name: 'no substitution without a variable',
    files: { 'a.yaml': configMap('a', '  x: ${v:=1}\n') },
    spec: { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'x', optional: true }] } },
    variables: {},
    makes: { 'ConfigMap/a data.x': '${v:=1}' },
  },
  {
    name: 'substitution without a variable when it is always',
    files: { 'a.yaml': configMap('a', '  x: ${v:=1}\n') },
    spec: { postBuild: { substituteStrategy: 'Always' } },
    variables: {},
    makes: { 'ConfigMap/a data.x': 1 },
  },
  {
    name: 'octal numbers',
    files: { 'a.yaml': 'apiVersion: v1\nkind: X\nmetadata: {name: a}\nspec: {mode: 0644, text: "0644"}' },
    makes: { 'X/a spec': { mode: 420, text: '0644' } },
  },
];

test.for(features)('builds $name', async ({ files, spec, variables, makes, objects }) => {
  const built = await bench.build(files, spec, variables);

  const made = Object.keys(makes).map((where) => [where, pick(built.objects, where)] as const);
  expect(Object.fromEntries(made)).toEqual(makes);
  expect(names(built.objects)).toEqual(objects ?? names(built.objects));
});

describe('numbers that a double cannot hold', () => {
  it.each([
    ['read without kustomize', {}],
    ['read by kustomize', { namePrefix: 'x-' }],
    ['beside a variable', { postBuild: { substitute: { v: '1' } } }],
  ])('are kept digit by digit, %s', async (_name, spec) => {
    const files = {
      'a.yaml': 'apiVersion: v1\nkind: X\nmetadata: {name: a}\nspec: {big: 9007199254740993, v: "${v:=1}"}',
    };

    const { objects } = await bench.build(files, spec, { v: '1' });

    expect(stringifyManifests(objects)).toContain('big: 9007199254740993\n');
  });
});

/** `Kind/name path.to.field` of a set. */
function pick(objects: readonly KubeObject[], where: string): unknown {
  const [name, path = ''] = where.split(' ');
  const object: unknown = objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === name);
  if (object === undefined) return `${name} is not built`;
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CrdFile } from '../../../activities/helm/chart/read-chart.ts';
import { applyCrds } from '../../../activities/helm/crds/apply-crds.ts';
import { releaseInventory } from '../../../activities/helm/inventory.ts';
import type { HelmRelease } from '../../../api/helm-release.ts';
import { createNamespace, kubeClient } from '../../support/harness.ts';

function definition(plural: string, columns: readonly string[] = []): CrdFile {
  const kind = `${plural.charAt(0).toUpperCase()}${plural.slice(1)}`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const additionalPrinterColumns = columns.map((name) => ({ name, type: 'string', jsonPath: '.spec' }));
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.crds.example.com`, creationTimestamp: null, labels: { own: 'yes' } },
    spec: {
      group: 'crds.example.com',
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name: 'v1', served: true, storage: true, schema, additionalPrinterColumns }],
    },
    status: { storedVersions: [] },
  };
  return { path: `web/crds/${plural}.yaml`, content: JSON.stringify(crd) };
}

/** Kinds that no other test has. */
const fresh = () => `t${randomBytes(4).toString('hex')}`;

const release = (spec: Partial<HelmRelease['spec']>) =>
  ({ metadata: { name: 'web', namespace: 'apps' }, spec }) as unknown as HelmRelease;

const crdOf = (plural: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: `${plural}.crds.example.com`,
});

describe('definitions of a chart', () => {
  const { signal } = new AbortController();

  it.each([
    { action: 'install', spec: {} },
    { action: 'install', spec: { install: { crds: 'Create' } } },
    { action: 'upgrade', spec: {} },
  ] as const)('are created on $action with $spec, and can be used at once', async ({ action, spec }) => {
    const kube = kubeClient();
    const namespace = await createNamespace(kube, 'crds');
    const plural = fresh();
    const { apiVersion, kind } = {
      apiVersion: 'crds.example.com/v1',
      kind: `T${plural.slice(1)}`,
    };

    const done = await applyCrds(kube, [definition(plural)], { object: release(spec), action, signal });

    expect(done).toEqual({ applied: [`${plural}.crds.example.com`], ignored: [] });
    expect((await kube.get(crdOf(plural)))?.metadata).toMatchObject({
      labels: {
        own: 'yes',
        'helm.toolkit.fluxcd.io/name': 'web',
        'helm.toolkit.fluxcd.io/namespace': 'apps',
      },
      managedFields: expect.arrayContaining([
        expect.objectContaining({ manager: 'helm-controller', operation: 'Apply' }),
      ]) as unknown,
    });
    await kube.create({ apiVersion, kind, metadata: { name: 'one', namespace } });
  });

  it.each([
    { action: 'install', spec: { install: { crds: 'Skip' } } },
    { action: 'install', spec: { install: { skipCRDs: true } } },
    { action: 'upgrade', spec: { upgrade: { crds: 'Skip' } } },
  ] as const)('are left out on $action with $spec', async ({ action, spec }) => {
    const kube = kubeClient();
    const plural = fresh();

    const done = await applyCrds(kube, [definition(plural)], { object: release(spec), action, signal });

    expect(done.applied).toEqual([]);
    expect(await kube.get(crdOf(plural))).toBeUndefined();
  });

  it('stay as they are under Create, and follow the chart under CreateReplace', async () => {
    const kube = kubeClient();
    const plural = fresh();
    const bring = async (crds: 'Create' | 'CreateReplace', columns: readonly string[]) => {
      const object = release({ upgrade: { crds } });
      const { applied } = await applyCrds(kube, [definition(plural, columns)], {
        object,
        action: 'upgrade',
        signal,
      });
      const spec = (await kube.get(crdOf(plural)))?.['spec'] as Spec | undefined;
      const [version] = spec?.versions ?? [];
      return { applied: applied.length, columns: version?.additionalPrinterColumns?.length ?? 0 };
    };

    expect(await bring('Create', ['one'])).toEqual({ applied: 1, columns: 1 });
    expect(await bring('Create', ['one', 'two'])).toEqual({ applied: 0, columns: 1 });
    expect(await bring('CreateReplace', ['one', 'two'])).toEqual({ applied: 1, columns: 2 });
  });

  it('leave out what is no definition, and name one that is refused', async () => {
    const kube = kubeClient();
    const plural = fresh();
    const stray = {
      path: 'web/crds/stray.yaml',
      content: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    };
    const broken = definition(plural);
    const bad = { ...broken, content: broken.content.replace('"scope":"Namespaced"', '"scope":"Nowhere"') };
    const options = { object: release({}), action: 'install', signal } as const;

    expect(await applyCrds(kube, [stray], options)).toEqual({ applied: [], ignored: ['ConfigMap/a'] });
    await expect(applyCrds(kube, [bad], options)).rejects.toThrow(
      `failed to create CustomResourceDefinition ${plural}.crds.example.com: `,
    );
  });
});

interface Spec {
  readonly versions: readonly { readonly additionalPrinterColumns?: readonly unknown[] }[];
}

describe('the inventory of a release', () => {
  const MANIFEST = `# Source: web/templates/all.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: here}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: listed, namespace: elsewhere}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:web"}
---
# nothing
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: post-install}}
---
apiVersion: nobody.example.com/v1
kind: Unknown
metadata: {name: one}
---
apiVersion: batch/v1
kind: Job
metadata: {generateName: run-}
`;

  it('names objects in their namespaces and the definitions, and tells of kinds that nobody knows', async () => {
    const { entries, warnings } = await releaseInventory(kubeClient(), MANIFEST, 'apps', [
      definition('others'),
    ]);

    expect(entries).toEqual([
      { id: 'apps_here__ConfigMap', v: 'v1' },
      { id: 'elsewhere_listed__Service', v: 'v1' },
      { id: '_system__web_rbac.authorization.k8s.io_ClusterRole', v: 'v1' },
      { id: '_one_nobody.example.com_Unknown', v: 'v1' },
      { id: '_others.crds.example.com_apiextensions.k8s.io_CustomResourceDefinition', v: 'v1' },
    ]);
    expect(warnings).toEqual([
      'failed to determine if Unknown is namespace scoped, skipping namespace: no matches for kind "Unknown" in version "nobody.example.com/v1"',
    ]);
  });
});

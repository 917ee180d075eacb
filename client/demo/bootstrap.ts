import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';

const MANAGER = { fieldManager: 'pawl-demo' };
const NAMESPACE = 'flux-system';
const SOURCE = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;

/** Where the demo's servers are. */
export interface ServerUrls {
  readonly git: string;
  readonly charts: string;
  /** `host:port`, as images name it. */
  readonly registry: string;
}

/** What `flux bootstrap` leaves in a cluster: one source, and one Kustomization that applies all others. */
export async function bootstrap(kube: KubeClient, { git, charts, registry }: ServerUrls): Promise<void> {
  const metadata = { name: 'flux-system', namespace: NAMESPACE };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, MANAGER);
  await kube.apply(machine({ charts_url: charts, registry }), MANAGER);
  await kube.apply(
    { ...SOURCE, metadata, spec: { interval: '1m', url: git, ref: { branch: 'main' } } },
    MANAGER,
  );
  await kube.apply(
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: {
        interval: '10m',
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
        path: './clusters/home',
        prune: true,
      },
    },
    MANAGER,
  );
}

/** What is not in Git, since it is another on each machine. Kustomizations that read it wake when it changes. */
function machine(data: Readonly<Record<string, string>>): KubeObject {
  const labels = { 'reconcile.fluxcd.io/watch': 'Enabled' };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'home-machine', namespace: NAMESPACE, labels },
    data,
  };
}

/** Asks for a fetch now: what a webhook, or `flux reconcile source git flux-system`, does. */
export async function requestFetch(kube: KubeClient): Promise<void> {
  const patch = { metadata: { annotations: { [Annotation.requestedAt]: new Date().toISOString() } } };
  await kube.patch({ ...SOURCE, namespace: NAMESPACE, name: 'flux-system' }, patch, { type: 'merge' });
}

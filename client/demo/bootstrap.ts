import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';

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

/** What the demo tells apart from the sources: who may poke them, and who is told of events. */
export type Notifications = readonly KubeObject[];

/** What `flux bootstrap` leaves in a cluster: one source, and one Kustomization that applies all others. */
export async function bootstrap(
  kube: KubeClient,
  { git, charts, registry }: ServerUrls,
  notifications: Notifications,
): Promise<void> {
  const metadata = { name: 'flux-system', namespace: NAMESPACE };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, MANAGER);
  for (const object of notifications) await kube.apply(object, MANAGER);
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

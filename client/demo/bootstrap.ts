import type { KubeClient } from '../../activities/kube/client.ts';
import { Annotation } from '../../api/names.ts';

const MANAGER = { fieldManager: 'pawl-demo' };
const NAMESPACE = 'flux-system';
const SOURCE = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' } as const;

/** What `flux bootstrap` leaves in a cluster: one source, and one Kustomization that applies all others. */
export async function bootstrap(kube: KubeClient, gitUrl: string): Promise<void> {
  const metadata = { name: 'flux-system', namespace: NAMESPACE };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, MANAGER);
  await kube.apply(
    { ...SOURCE, metadata, spec: { interval: '1m', url: gitUrl, ref: { branch: 'main' } } },
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

/** Asks for a fetch now: what a webhook, or `flux reconcile source git flux-system`, does. */
export async function requestFetch(kube: KubeClient): Promise<void> {
  const patch = { metadata: { annotations: { [Annotation.requestedAt]: new Date().toISOString() } } };
  await kube.patch({ ...SOURCE, namespace: NAMESPACE, name: 'flux-system' }, patch, { type: 'merge' });
}

import type { HelmRelease } from '../../api/helm-release.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import type { Deps } from '../deps.ts';

/** The service account that is to delete and does not exist any more: in a namespace that goes it may go first. */
export async function missingAccount(
  deps: Pick<Deps, 'kube' | 'policy'>,
  { metadata, spec }: Kustomization | HelmRelease,
): Promise<string | undefined> {
  const name = spec.serviceAccountName || deps.policy.defaultServiceAccount;
  if (!name) return undefined;
  const { namespace } = metadata;
  const found = await deps.kube.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name });
  return found ? undefined : `ServiceAccount/${namespace}/${name}`;
}

import type { HelmRelease } from '../../api/helm-release.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import type { Policy } from '../deps.ts';
import type { KubeClient } from './client.ts';

/** The client that acts for an object: as its service account where it or the worker's policy names one. */
export type Impersonate = (object: Kustomization | HelmRelease) => KubeClient;

/** One client for each account, so that whatever is shared by client (watches) is shared by account. */
export function createImpersonation(
  kube: KubeClient,
  policy: Pick<Policy, 'defaultServiceAccount'>,
): Impersonate {
  const clients = new Map<string, KubeClient>();
  return ({ metadata, spec }) => {
    const account = spec.serviceAccountName || policy.defaultServiceAccount;
    if (!account) return kube;
    const user = `system:serviceaccount:${metadata.namespace}:${account}`;
    const client = clients.get(user) ?? kube.as(user);
    clients.set(user, client);
    return client;
  };
}

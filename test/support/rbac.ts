import type { FluxHome } from './flux.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** A service account that may do these things to everything in the home's namespace; everything by default. */
export async function grantAll(
  { kube, namespace }: FluxHome,
  name: string,
  verbs: readonly string[] = ['*'],
): Promise<void> {
  const metadata = { name, namespace };
  await kube.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const apiVersion = `${RBAC}/v1`;
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs }];
  await kube.create({ apiVersion, kind: 'Role', metadata, rules });
  await kube.create({
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

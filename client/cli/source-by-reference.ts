import { asReconciled, type Reconciled, type SourceRef } from './reconciled.ts';
import type { Session } from './session.ts';

/** The source that an object refers to, in the version that the server prefers: it may be of another controller. */
export async function sourceByReference(
  session: Session,
  { kind, name, namespace }: SourceRef,
  ownNamespace: string | undefined,
): Promise<Reconciled> {
  const kube = await session.kube();
  const { apiVersion } = await kube.discovery.preferred('source.toolkit.fluxcd.io', kind);
  const source = await kube.get({ apiVersion, kind, namespace: namespace || ownNamespace, name });
  if (!source) throw new Error(`failed to find ${kind}: "${name}" not found`);
  return asReconciled(source);
}

import type { Release } from '../../activities/helm/storage/release.ts';
import type { HelmRelease, Snapshot } from '../../api/helm-release.ts';
import { KINDS } from './kinds.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, type Session } from './session.ts';

/** A HelmRelease of the namespace, or of another; throws when it is not there. */
export async function getHelmRelease(
  session: Session,
  name: string,
  namespace?: string,
): Promise<HelmRelease> {
  return asHelmRelease(await getObject(session, KINDS.HelmRelease, name, namespace));
}

/** The API server holds it to the schema. */
export function asHelmRelease(object: Reconciled): HelmRelease {
  return object as unknown as HelmRelease;
}

/**
 * What helm stored of the newest release that was made for an object, with the status's word on it. Undefined when
 * none was made, when it is in another cluster, or when its record is gone. Throws when the record cannot be read.
 */
export async function storedRelease(
  session: Session,
  { metadata, spec, status }: HelmRelease,
): Promise<{ readonly snapshot: Snapshot; readonly release: Release } | undefined> {
  const [snapshot] = status?.history ?? [];
  const namespace = status?.storageNamespace;
  if (spec.kubeConfig || !snapshot || !namespace) return undefined;
  const [kube, { recordName, releaseOf }, { isCorrupt }] = await Promise.all([
    session.kube(),
    import('../../activities/helm/storage/record.ts'),
    import('../../activities/helm/storage/release.ts'),
  ]);
  const name = recordName(snapshot.name, snapshot.version);
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (!secret) return undefined;
  const release = await releaseOf(secret);
  if (release && !isCorrupt(release)) return { snapshot, release };
  const object = `${metadata.namespace}/${metadata.name}`;
  const why = release ? `: ${release.corrupt}` : '';
  throw new Error(`failed to decode the Helm storage object for HelmRelease '${object}'${why}`);
}

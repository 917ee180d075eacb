import { objectsOf, withNamespaces } from '../../activities/helm/manifest.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { Label } from '../../api/names.ts';
import { type ObjectId, objectId } from '../../api/object-id.ts';
import { storedRelease } from './helm-release.ts';
import type { Session } from './session.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** The objects of the newest release of a HelmRelease, in the order of its manifest, and the CRDs that came with its chart. */
export async function releasedObjects(session: Session, object: HelmRelease): Promise<readonly ObjectId[]> {
  const stored = await storedRelease(session, object);
  if (!stored) return [];
  const { snapshot, release } = stored;
  const manifests = objectsOf(release.manifest, `${snapshot.name}.v${snapshot.version}`);
  const placed = await withNamespaces(await session.kube(), manifests, snapshot.namespace);
  const ids = placed.map((each) => objectId(each.object));
  const crds = bringsCrds(object) ? await labelledCrds(session, object) : [];
  const isNew = (crd: ObjectId) => !ids.some(({ kind, name }) => kind === crd.kind && name === crd.name);
  return [...ids, ...crds.filter(isNew)];
}

function bringsCrds({ spec: { install, upgrade } }: HelmRelease): boolean {
  return [install?.crds, upgrade?.crds].some((policy) => policy !== undefined && policy !== 'Skip');
}

async function labelledCrds(session: Session, { metadata }: HelmRelease): Promise<readonly ObjectId[]> {
  const kube = await session.kube();
  const labelSelector = `${Label.releaseName}=${metadata.name},${Label.releaseNamespace}=${metadata.namespace}`;
  const { items } = await kube.list({ ...CRD, labelSelector });
  return items.map((crd) => objectId({ ...crd, ...CRD }));
}

import type { Artifact } from '../../api/artifact.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { describeRef, Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import type { KubeClient } from '../kube/client.ts';
import { targetOfRef } from './object.ts';

/** The artifact that a pass works on: enough to fetch it anywhere. */
export type ArtifactPointer = Pick<Artifact, 'url' | 'digest' | 'revision' | 'path'>;

/** The source of a Kustomization, in its own namespace where the reference names none. */
export function sourceRefOf({ spec, metadata }: Kustomization): ObjectRef {
  const { name, namespace = metadata.namespace } = spec.sourceRef;
  return { kind: Kind.GitRepository, namespace, name };
}

/** The artifact of the source; undefined while it has none. Throws ArtifactFailed when there is no such source. */
export async function readArtifact(
  kube: KubeClient,
  object: Kustomization,
): Promise<ArtifactPointer | undefined> {
  const ref = sourceRefOf(object);
  // Not parsed: a bad field of the source is the source's own matter.
  const source = (await kube.get(targetOfRef(ref))) as unknown as GitRepository | undefined;
  if (!source) {
    throw failed(
      Reason.ArtifactFailed,
      `${describeRef(ref)} not found: create it, or correct spec.sourceRef`,
    );
  }
  const artifact = source.status?.artifact;
  if (!artifact) return undefined;
  const { url, digest, revision, path } = artifact;
  return { url, digest, revision, path };
}

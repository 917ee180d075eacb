import type { Artifact } from '../../api/artifact.ts';
import { findCondition } from '../../api/conditions.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import type { HelmChart } from '../../api/helm-chart.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { describeRef, Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import type { KubeClient } from '../kube/client.ts';
import { secretReader } from '../kube/secret-reader.ts';
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

/** The chart that a release is made of, or in a sentence why there is none: helm-controller's `isSourceReady`. */
export function readyChart(
  chart: KubeObject | undefined,
  ref: ObjectRef,
): { readonly artifact: ArtifactPointer } | { readonly missing: string } {
  const name = `${ref.kind} '${ref.namespace}/${ref.name}'`;
  if (chart === undefined) return { missing: `${name} not found: create it, or correct spec.chartRef` };
  // Not parsed: a bad field of the chart is the chart's own matter.
  const { metadata, status } = chart as unknown as HelmChart;
  const notReady = (why: string) => ({ missing: `${name} is not ready: ${why}` });
  if (status?.observedGeneration !== metadata.generation) {
    const ready = findCondition(status?.conditions, 'Ready');
    const isFailing = ready?.status === 'False';
    return notReady(isFailing ? ready.message : 'latest generation of object has not been reconciled');
  }
  const stalled = findCondition(status?.conditions, 'Stalled');
  if (stalled?.status === 'True') return notReady(stalled.message);
  if (status?.artifact === undefined) return notReady('does not have an artifact');
  const { url, digest, revision, path } = status.artifact;
  return { artifact: { url, digest, revision, path } };
}

/** The data of a ConfigMap or Secret, that of a Secret decoded; undefined when there is none. */
export async function readConfig(
  kube: Pick<KubeClient, 'get'>,
  { kind, namespace, name }: { kind: 'ConfigMap' | 'Secret'; namespace: string; name: string },
): Promise<Readonly<Record<string, string | Buffer>> | undefined> {
  if (kind === 'Secret') return secretReader(kube)(namespace, name);
  const object = await kube.get({ apiVersion: 'v1', kind, namespace, name });
  return object && ((object['data'] ?? {}) as Readonly<Record<string, string>>);
}

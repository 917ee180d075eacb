import type { KubeClient } from '../../activities/kube/client.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { API_VERSION, Kind, type ObjectRef } from '../../api/object-ref.ts';
import { keyOf, summarise } from '../watch/summary.ts';
import type { Origin } from './contract.ts';

interface LooseStatus {
  readonly observedSourceArtifactRevision?: string;
  readonly observedScanRevision?: string;
}

/**
 * The change that a pass of the object at this revision belongs to; undefined when that cannot be told. Only names and
 * revisions are compared, so that every worker comes to the same answer.
 */
export async function originOf(
  kube: Pick<KubeClient, 'get'>,
  object: KubeObject,
  revision: string,
): Promise<Origin | undefined> {
  const { ref, source } = summarise(object);
  const { observedSourceArtifactRevision, observedScanRevision } = (object['status'] ?? {}) as LooseStatus;
  switch (ref.kind) {
    case Kind.GitRepository:
    case Kind.HelmRepository:
    case Kind.ImageRepository:
      return { source: keyOf(ref), revision };
    case Kind.HelmChart:
      return originAt(source, observedSourceArtifactRevision);
    case Kind.ImagePolicy:
      return originAt(source, observedScanRevision);
    case Kind.HelmRelease:
      return originOfChart(kube, source, revision);
    case Kind.Kustomization:
    case Kind.ImageUpdateAutomation:
      return originAt(source, revision);
    case Kind.Receiver:
      return undefined;
  }
}

function originAt(source: string | undefined, revision: string | undefined): Origin | undefined {
  return source === undefined || revision === undefined ? undefined : { source, revision };
}

/** A release is of a version; what that was made of, its chart says. */
async function originOfChart(
  kube: Pick<KubeClient, 'get'>,
  source: string | undefined,
  revision: string,
): Promise<Origin | undefined> {
  const [kind, namespace = '', name = ''] = source?.split('/') ?? [];
  if (kind !== Kind.HelmChart) return originAt(source, revision);
  const chart = await read(kube, { kind, namespace, name });
  return chart && originOf(kube, chart, revision);
}

/** Undefined when it is gone. */
export function read(
  kube: Pick<KubeClient, 'get'>,
  { kind, namespace, name }: ObjectRef,
): Promise<KubeObject | undefined> {
  return kube.get({ apiVersion: API_VERSION[kind], kind, namespace, name });
}

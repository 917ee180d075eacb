import { suspensionNote } from '../../activities/observe/object.ts';
import { type Condition, findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation, FINALIZER } from '../../api/names.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';

/** What the watch keeps of an object: enough to see that it is behind, and who waits for it. */
export interface Summary {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly generation: number;
  readonly observedGeneration: number | undefined;
  readonly interval: string;
  readonly isSuspended: boolean;
  /** Why, by whom and until when; empty while it is not suspended. */
  readonly note: string;
  /** When it is to be resumed, RFC 3339; undefined while nobody said so. */
  readonly suspendedUntil: string | undefined;
  /** Deleted, and waiting for our finalizer. */
  readonly isDeleting: boolean;
  readonly requestedAt: string | undefined;
  readonly handledRequest: string | undefined;
  readonly ready: Pick<Condition, 'status' | 'reason'> | undefined;
  readonly isStalled: boolean;
  /** GitRepository: the artifact that dependants build from. */
  readonly artifactRevision: string | undefined;
  /** Tells two artifacts of one revision apart. */
  readonly artifactDigest: string | undefined;
  /** Where it is served: one that was lost may come back elsewhere. */
  readonly artifactUrl: string | undefined;
  /** Kustomization: what it builds from, waits for and reads. */
  readonly source: string | undefined;
  readonly dependsOn: readonly string[];
  readonly configs: readonly string[];
  readonly attemptedRevision: string | undefined;
  readonly appliedRevision: string | undefined;
}

interface Loose {
  readonly interval?: string;
  readonly suspend?: boolean;
  readonly sourceRef?: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  readonly postBuild?: {
    readonly substituteFrom?: readonly { readonly kind: string; readonly name: string }[];
  };
}

interface LooseStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
  readonly artifact?: { readonly revision: string; readonly digest: string; readonly url: string };
  readonly lastAttemptedRevision?: string;
  readonly lastAppliedRevision?: string;
}

/** Reads what the watch needs, from any object that the API server let through: a bad field is its run's business. */
export function summarise(object: KubeObject): Summary {
  const { metadata } = object;
  const kind = object.kind === Kind.GitRepository ? Kind.GitRepository : Kind.Kustomization;
  const ref = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  return {
    ref,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    isDeleting:
      metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FINALIZER) ?? false),
    requestedAt: metadata.annotations?.[Annotation.requestedAt],
    ...specOf(object, (object['spec'] ?? {}) as Loose, ref.namespace),
    ...statusOf((object['status'] ?? {}) as LooseStatus),
  };
}

function specOf(object: KubeObject, spec: Loose, namespace: string) {
  const { sourceRef, dependsOn = [], postBuild } = spec;
  const isSuspended = spec.suspend === true;
  return {
    interval: spec.interval ?? '',
    isSuspended,
    note: isSuspended ? suspensionNote(object) : '',
    suspendedUntil: isSuspended ? object.metadata.annotations?.[Annotation.suspendedUntil] : undefined,
    source: sourceRef && key(sourceRef.kind, sourceRef.namespace || namespace, sourceRef.name),
    dependsOn: dependsOn.map((on) => key(Kind.Kustomization, on.namespace || namespace, on.name)),
    configs: (postBuild?.substituteFrom ?? []).map((from) => key(from.kind, namespace, from.name)),
  };
}

function statusOf(status: LooseStatus) {
  return {
    observedGeneration: status.observedGeneration,
    handledRequest: status.lastHandledReconcileAt,
    ready: findCondition(status.conditions, 'Ready'),
    isStalled: findCondition(status.conditions, 'Stalled')?.status === 'True',
    artifactRevision: status.artifact?.revision,
    artifactDigest: status.artifact?.digest,
    artifactUrl: status.artifact?.url,
    attemptedRevision: status.lastAttemptedRevision,
    appliedRevision: status.lastAppliedRevision,
  };
}

export function key(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

export function keyOf({ kind, namespace, name }: ObjectRef): string {
  return key(kind, namespace, name);
}

export function isReady({ ready, observedGeneration, generation }: Summary): boolean {
  return ready?.status === 'True' && observedGeneration === generation;
}

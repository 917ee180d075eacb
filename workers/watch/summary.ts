import { suspensionNote } from '../../activities/observe/object.ts';
import { type Condition, findCondition } from '../../api/conditions.ts';
import { DEFAULT_REPOSITORY_INTERVAL } from '../../api/helm-repository.ts';
import type { ImageRef } from '../../api/image-policy.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { compileSelector, type LabelSelector } from '../../api/label-selector.ts';
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
  /** The request whose writer signals the run itself. */
  readonly signalledRequest: string | undefined;
  readonly ready: Pick<Condition, 'status' | 'reason'> | undefined;
  readonly isStalled: boolean;
  /** Nobody reconciles it: a HelmRepository of a registry, which others only read. */
  readonly isStatic: boolean;
  /** A source: the artifact that dependants build from; of an ImageRepository its scan. */
  readonly artifactRevision: string | undefined;
  /** Tells two artifacts of one revision apart. */
  readonly artifactDigest: string | undefined;
  /** Where it is served: one that was lost may come back elsewhere. */
  readonly artifactUrl: string | undefined;
  /** What it is built from, waits for and reads. */
  readonly source: string | undefined;
  readonly dependsOn: readonly string[];
  readonly configs: readonly string[];
  readonly attemptedRevision: string | undefined;
  readonly appliedRevision: string | undefined;
  /** An ImagePolicy: the image that it chose. */
  readonly choice: { readonly image: string; readonly labels: Labels } | undefined;
  /** An ImageUpdateAutomation: the policies that it follows, and what they had chosen when it ran. */
  readonly follows: { isSelected(labels: Labels): boolean; readonly observed: string } | undefined;
}

type Labels = Readonly<Record<string, string>>;

interface Loose {
  readonly type?: string;
  readonly interval?: string;
  readonly suspend?: boolean;
  readonly sourceRef?: LooseReference;
  readonly chartRef?: LooseReference;
  readonly imageRepositoryRef?: { readonly name: string; readonly namespace?: string };
  readonly policySelector?: LabelSelector;
  readonly chart?: { readonly spec?: { readonly sourceRef?: LooseReference } } | string;
  readonly valuesFrom?: readonly LooseReference[];
  readonly secretRef?: { readonly name: string };
  readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
  readonly postBuild?: {
    readonly substituteFrom?: readonly LooseReference[];
  };
}

interface LooseReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface LooseStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
  readonly artifact?: { readonly revision: string; readonly digest: string; readonly url: string };
  readonly lastAttemptedRevision?: string;
  readonly lastAppliedRevision?: string;
  readonly observedSourceArtifactRevision?: string;
  readonly observedSourceRevision?: string;
  readonly lastScanResult?: { readonly revision?: string };
  readonly observedScanRevision?: string;
  readonly latestRef?: ImageRef;
  readonly observedPolicies?: Readonly<Record<string, ImageRef>>;
}

/** Reads what the watch needs, from any object that the API server let through: a bad field is its run's business. */
export function summarise(object: KubeObject): Summary {
  const { metadata } = object;
  const kind = Object.values(Kind).find((known) => known === object.kind) ?? Kind.Kustomization;
  const ref = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  return {
    ref,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    isDeleting:
      metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FINALIZER) ?? false),
    requestedAt: metadata.annotations?.[Annotation.requestedAt],
    signalledRequest: metadata.annotations?.[Annotation.signalledAt],
    ...specOf(object, (object['spec'] ?? {}) as Loose, ref),
    ...statusOf((object['status'] ?? {}) as LooseStatus),
    ...imagesOf(object),
  };
}

/** What the watch keeps of the kinds of images alone. */
function imagesOf(object: KubeObject): Pick<Summary, 'choice' | 'follows'> {
  const { latestRef, observedPolicies = {} } = (object['status'] ?? {}) as LooseStatus;
  const { labels = {} } = object.metadata;
  const isPolicy = object.kind === Kind.ImagePolicy && latestRef !== undefined;
  const observed = Object.entries(observedPolicies).map(
    ([policy, image]) => [policy, imageText(image)] as const,
  );
  return {
    choice: isPolicy ? { image: imageText(latestRef), labels } : undefined,
    follows:
      object.kind === Kind.ImageUpdateAutomation
        ? { isSelected: selectorOf((object['spec'] ?? {}) as Loose), observed: choicesText(observed) }
        : undefined,
  };
}

function imageText({ name, tag, digest = '' }: ImageRef): string {
  return `${name}:${tag}@${digest}`;
}

/** Images by the names of their policies as one text, whatever their order. */
export function choicesText(choices: readonly (readonly [policy: string, image: string])[]): string {
  return choices
    .map(([policy, image]) => `${policy}=${image}`)
    .sort()
    .join('\n');
}

/** One that cannot be read selects everything: its run says what is wrong with it. */
function selectorOf({ policySelector }: Loose): (labels: Labels) => boolean {
  try {
    return compileSelector(policySelector);
  } catch {
    return () => true;
  }
}

function specOf(object: KubeObject, spec: Loose, ref: ObjectRef) {
  const isSuspended = spec.suspend === true;
  return {
    interval: spec.interval || (ref.kind === Kind.HelmRepository ? DEFAULT_REPOSITORY_INTERVAL : ''),
    isSuspended,
    note: isSuspended ? suspensionNote(object) : '',
    suspendedUntil: isSuspended ? object.metadata.annotations?.[Annotation.suspendedUntil] : undefined,
    isStatic: isStatic(object, spec),
    ...referencesOf(ref, spec),
  };
}

/** A new one has the default status to lose, of which readers think that it is still to come; an old one a finalizer, too. */
function isStatic(object: KubeObject, { type }: Loose): boolean {
  const isRegistry = object.kind === Kind.HelmRepository && type === 'oci';
  const hasStatus = Object.keys((object['status'] ?? {}) as object).length > 0;
  return isRegistry && !hasStatus && !object.metadata.finalizers?.includes(FINALIZER);
}

function referencesOf(ref: ObjectRef, spec: Loose) {
  const { dependsOn = [], postBuild, valuesFrom = [] } = spec;
  const configs = [...(postBuild?.substituteFrom ?? []), ...valuesFrom, ...tokenOf(ref, spec)];
  return {
    source: sourceOf(ref, spec),
    dependsOn: dependsOn.map((on) => key(ref.kind, on.namespace || ref.namespace, on.name)),
    configs: configs.map((from) => key(from.kind, ref.namespace, from.name)),
  };
}

/** Of other kinds a Secret wakes nobody. */
function tokenOf({ kind }: ObjectRef, { secretRef }: Loose): readonly LooseReference[] {
  return kind === Kind.Receiver && secretRef ? [{ kind: 'Secret', name: secretRef.name }] : [];
}

function sourceOf({ kind, namespace, name }: ObjectRef, spec: Loose): string | undefined {
  const of = (ref: LooseReference) => key(ref.kind, ref.namespace || namespace, ref.name);
  if (spec.chartRef) return of(spec.chartRef);
  if (spec.imageRepositoryRef) return of({ kind: Kind.ImageRepository, ...spec.imageRepositoryRef });
  if (kind !== Kind.HelmRelease) return spec.sourceRef && of(spec.sourceRef);
  // The chart that is made for it, beside the source of that chart.
  const from = typeof spec.chart === 'object' ? spec.chart.spec?.sourceRef : undefined;
  return key(Kind.HelmChart, from?.namespace || namespace, `${namespace}-${name}`);
}

function statusOf(status: LooseStatus) {
  return {
    observedGeneration: status.observedGeneration,
    handledRequest: status.lastHandledReconcileAt,
    ready: findCondition(status.conditions, 'Ready'),
    isStalled: findCondition(status.conditions, 'Stalled')?.status === 'True',
    artifactRevision: status.artifact?.revision ?? status.lastScanResult?.revision,
    artifactDigest: status.artifact?.digest,
    artifactUrl: status.artifact?.url,
    attemptedRevision:
      status.lastAttemptedRevision ??
      status.observedSourceArtifactRevision ??
      status.observedScanRevision ??
      status.observedSourceRevision,
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

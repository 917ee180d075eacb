import { parseDuration } from '../../api/duration.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation, FINALIZER } from '../../api/names.ts';
import { API_VERSION, type Kind, type ObjectRef } from '../../api/object-ref.ts';
import { type Objects, type ReconciledObject, SCHEMAS } from '../../api/objects.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';
import type { KubeClient, Target } from '../kube/client.ts';
import { isConflict } from '../kube/errors.ts';

/** What a pass works on, so that its end claims nothing about what was asked or written meanwhile. */
export interface Attempt {
  readonly generation: number;
  /** The request that the pass serves, opaque. */
  readonly requestedAt?: string;
  readonly revision?: string;
  /** Of the built objects, once they are. */
  readonly digest?: string;
  /** RFC 3339. */
  readonly startedAt?: string;
}

export function attemptOf({ metadata }: Pick<ReconciledObject, 'metadata'>): Attempt {
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  return { generation: metadata.generation, ...(requestedAt !== undefined && { requestedAt }) };
}

/** The object as it is, but with the generation and the request of the attempt: those of its status. */
export function asAttempted<T extends ReconciledObject>(object: T, attempt: Attempt | undefined): T {
  if (attempt === undefined) return object;
  const { [Annotation.requestedAt]: _later, ...annotations } = object.metadata.annotations ?? {};
  const { generation, requestedAt } = attempt;
  const request = requestedAt === undefined ? {} : { [Annotation.requestedAt]: requestedAt };
  return {
    ...object,
    metadata: { ...object.metadata, generation, annotations: { ...annotations, ...request } },
  };
}

export function targetOfRef({ kind, namespace, name }: ObjectRef): Target {
  return { apiVersion: API_VERSION[kind], kind, namespace, name };
}

/** Reads an object as it is right now. Throws stalled InvalidSpec when it does not parse: only this object is affected. */
export async function readObject<K extends Kind>(
  kube: KubeClient,
  ref: ObjectRef & { readonly kind: K },
): Promise<Objects[K] | undefined> {
  const object = await kube.get(targetOfRef(ref));
  return object && parseObject(ref.kind, object);
}

/** An object that a pass does not work on. */
export type Idle =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting' };

/** Reads the object of a pass, with our finalizer from then on, or says why it is not worked on. Throws InvalidSpec (stalled). */
export async function readForPass<K extends Kind>(
  kube: KubeClient,
  kind: K,
  ref: ObjectRef,
): Promise<{ readonly idle: Idle } | { readonly object: Objects[K] }> {
  const found = await kube.get(targetOfRef(ref));
  if (!found) return { idle: { state: 'Gone' } };
  if (found.metadata.deletionTimestamp) return { idle: { state: 'Deleting' } };
  const object = parseObject(kind, await ensureFinalizer(kube, ref, found));
  if (object.spec.suspend) return { idle: { state: 'Suspended', message: suspensionNote(found) } };
  return { object };
}

/**
 * Reads an object of which no field needs to parse, and the spec may be missing: a bad object gets its status and is
 * let go like any other.
 */
export async function readUnparsed<T extends ReconciledObject>(
  kube: KubeClient,
  ref: ObjectRef,
): Promise<T | undefined> {
  const object = await kube.get(targetOfRef(ref));
  return object && ({ spec: {}, ...object } as unknown as T);
}

/** Throws stalled InvalidSpec that names the first field which is not what its kind wants. */
export function parseObject<K extends Kind>(kind: K, object: KubeObject): Objects[K] {
  const parsed = SCHEMAS[kind].safeParse(object);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? 'the object';
  throw stalled(Reason.InvalidSpec, `${field}: ${issue?.message ?? 'does not parse'}; correct the field`);
}

/**
 * Reads a duration field in milliseconds. The CRD's pattern lets values through that no duration can hold:
 * these stall their own object and nobody else's.
 */
export function durationField(field: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw stalled(
      Reason.InvalidSpec,
      `spec.${field}: ${JSON.stringify(text)} is not a duration; write for example 10m`,
    );
  }
  return ms;
}

/** Adds our finalizer, so that a deletion waits for us. A concurrent writer makes it read again. */
export async function ensureFinalizer(
  kube: KubeClient,
  ref: ObjectRef,
  object: KubeObject,
): Promise<KubeObject> {
  let current: KubeObject | undefined = object;
  while (current !== undefined && !current.metadata.finalizers?.includes(FINALIZER)) {
    try {
      return await kube.patch(
        targetOfRef(ref),
        finalizerPatch(current, [...(current.metadata.finalizers ?? []), FINALIZER]),
        {
          type: 'merge',
        },
      );
    } catch (error) {
      if (!isConflict(error)) throw error;
      current = await kube.get(targetOfRef(ref));
    }
  }
  return current ?? object;
}

/** Removes our finalizer: the last act on a deleted object. */
export async function removeFinalizer(kube: KubeClient, ref: ObjectRef): Promise<void> {
  for (;;) {
    const object = await kube.get(targetOfRef(ref));
    if (!object?.metadata.finalizers?.includes(FINALIZER)) return;
    try {
      const rest = object.metadata.finalizers.filter((finalizer) => finalizer !== FINALIZER);
      await kube.patch(targetOfRef(ref), finalizerPatch(object, rest), { type: 'merge' });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

// The resource version makes two writers of the list conflict instead of losing an entry.
function finalizerPatch(object: KubeObject, finalizers: readonly string[]) {
  return { metadata: { finalizers, resourceVersion: object.metadata.resourceVersion } };
}

/** Why an object rests, in one line for messages and notes. */
export function suspensionNote(object: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
}): string {
  const annotations = object.metadata.annotations ?? {};
  const parts = [
    annotations['pawl.dev/suspended-by'] && `by ${annotations['pawl.dev/suspended-by']}`,
    annotations['pawl.dev/suspended-until'] && `until ${annotations['pawl.dev/suspended-until']}`,
  ].filter(Boolean);
  const reason = annotations['pawl.dev/suspend-reason'];
  return `suspended${parts.length > 0 ? ` ${parts.join(' ')}` : ''}${reason ? `: ${reason}` : ''}`;
}

import { randomUUID } from 'node:crypto';
import { ConditionType, findCondition } from '../../api/conditions.ts';
import { formatDuration } from '../../api/duration.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { type Kustomization, unsupportedField } from '../../api/kustomization.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { stalled } from '../failures.ts';
import { compileHealthExprs } from '../health/exprs.ts';
import { checkAccess } from '../status/access.ts';
import { compileDependencies, unmetDependency } from './dependencies.ts';
import {
  type Attempt,
  attemptOf,
  durationField,
  ensureFinalizer,
  parseObject,
  suspensionNote,
  targetOfRef,
} from './object.ts';
import { type ArtifactPointer, readArtifact } from './source.ts';

/** A Kustomization that may be built and applied: the input of all further steps. */
export interface ReadyKustomization extends Attempt {
  readonly ref: ObjectRef;
  /** Names what this worker remembers of the pass. */
  readonly pass: string;
  readonly uid: string;
  readonly artifact: ArtifactPointer;
  /** Bounds build, apply and health together. */
  readonly timeoutMs: number;
  readonly checksHealth: boolean;
  /** An attempt before this one never ended, and may still be at work somewhere. */
  readonly takesOver?: boolean;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** Nothing is wrong, but something is not there yet. */
export interface WaitingKustomization {
  readonly reason: typeof Reason.DependencyNotReady | typeof Reason.ArtifactFailed;
  readonly message: string;
  readonly revision?: string;
  readonly retryMs: number;
}

/** With the digest of what was built, once it is. */
export interface BuiltInput extends ReadyKustomization {
  readonly builtDigest: string;
}

export type ObservedKustomization =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting'; readonly timeoutMs: number }
  | ({ readonly state: 'Waiting' } & WaitingKustomization)
  | ({ readonly state: 'Ready' } & ReadyKustomization);

export interface ObserveInput extends RefInput {
  /** An earlier pass of the same run has ended: what the status says to be in progress is not. */
  readonly continues?: boolean;
}

/** Reads the object and all it refers to, and decides whether there is anything to build. */
export async function observeKustomization(
  deps: Deps,
  { ref, continues = false }: ObserveInput,
): Promise<ObservedKustomization> {
  const found = await deps.kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp) return { state: 'Deleting', timeoutMs: deletionTimeout(found) };
  const object = parseObject(Kind.Kustomization, await ensureFinalizer(deps.kube, ref, found));
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };

  assertSupported(object);
  compileHealthExprs(object.spec);
  const dependencies = compileDependencies(object);
  checkAccess(object, deps.policy.noCrossNamespaceRefs);
  const artifact = await readArtifact(deps.kube, object);
  const retryMs = deps.policy.requeueDependencyMs;
  if (artifact === undefined) {
    const message = `Source artifact not found, retrying in ${formatDuration(retryMs)}`;
    return { state: 'Waiting', reason: Reason.ArtifactFailed, message, retryMs };
  }
  const { revision } = artifact;
  const unmet = await unmetDependency(deps.kube, object, dependencies, revision);
  if (unmet !== undefined)
    return { state: 'Waiting', reason: Reason.DependencyNotReady, message: unmet, revision, retryMs };

  const pass = randomUUID();
  deps.memory.remember(pass, { object });
  return {
    state: 'Ready',
    ref,
    pass,
    uid: object.metadata.uid,
    ...attemptOf(object),
    revision,
    artifact,
    timeoutMs: timeoutOf(object),
    checksHealth: object.spec.wait === true || (object.spec.healthChecks ?? []).length > 0,
    ...(!continues && isInProgress(object) && { takesOver: true }),
    startedAt: deps.now().toISOString(),
  };
}

function isInProgress({ status }: Kustomization): boolean {
  const reconciling = findCondition(status?.conditions, ConditionType.Reconciling);
  return reconciling?.status === 'True' && reconciling.reason === Reason.Progressing;
}

/** Fields that are only used later are read now: a pass must not find out halfway. */
function assertSupported(object: Kustomization): void {
  const { interval, retryInterval, timeout } = object.spec;
  for (const [field, text] of Object.entries({ interval, retryInterval, timeout })) {
    if (text !== undefined) durationField(field, text);
  }
  const field = unsupportedField(object.spec);
  if (field === undefined) return;
  throw stalled(
    Reason.UnsupportedField,
    `${field} is set, which this release does not honour yet; nothing was applied: remove the field or keep the object with a controller that honours it`,
  );
}

const SHORTEST_TIMEOUT_MS = 30_000;

/** `spec.timeout`, or the interval less 30 s; never under 30 s, as Flux. In milliseconds. */
export function timeoutOf({ spec }: Kustomization): number {
  const ms =
    spec.timeout === undefined
      ? durationField('interval', spec.interval) - 30_000
      : durationField('timeout', spec.timeout);
  return Math.max(ms, SHORTEST_TIMEOUT_MS);
}

function deletionTimeout(object: KubeObject): number {
  try {
    return timeoutOf(parseObject(Kind.Kustomization, object));
  } catch {
    // A deletion must not hang on a field that never parsed.
    return SHORTEST_TIMEOUT_MS;
  }
}

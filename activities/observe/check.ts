import { findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { messageOf } from '../failures.ts';
import type { StepContext } from '../steps.ts';
import { type Found, LOOKS } from './looks.ts';
import { targetOfRef } from './object.ts';

/** What a look at an idle object found. */
export interface Checked {
  /** True when a run was asked for. */
  readonly requested: boolean;
  readonly message: string;
  /** How many objects of the cluster were compared. */
  readonly objects?: number;
}

export interface CheckInput extends RefInput {
  /** Whether it is the look that a failed or waiting run arranged: the run that is asked for tells so. */
  readonly isRetry?: boolean;
}

/**
 * The read-only look of a tick: is there anything that a run would do? Only then one is asked for.
 * A check that cannot be made asks as well: the run says what is wrong in the object's status.
 */
export async function checkObject(
  deps: Deps,
  { ref, isRetry = false }: CheckInput,
  step: StepContext,
): Promise<Checked> {
  const object = await deps.kube.get(targetOfRef(ref));
  if (!object) {
    await deps.runs.forget(ref);
    return { requested: false, message: 'the object is gone, and so is its schedule' };
  }
  const idle = await idleReason(deps, ref, object);
  if (idle !== undefined) return { requested: false, message: idle };
  const { due, message, objects = 0 } = await look(deps, ref, object, step);
  if (due === undefined) return { requested: false, message, objects };
  // Behind a retry that somebody else did already, the look is like any other.
  const isStillSo = isRetry && behindReason(object) !== undefined;
  await deps.runs.request(ref, isStillSo ? 'Retry' : due);
  return { requested: true, message, objects };
}

/** Why nothing is to be done whatever a look would find. */
async function idleReason(deps: Deps, ref: ObjectRef, object: KubeObject): Promise<string | undefined> {
  if ((object['spec'] as { suspend?: boolean } | undefined)?.suspend) return 'suspended';
  if (waitsForChange(ref, object)) return 'stalled: it waits for a change';
  const reconciling = findCondition(conditionsOf(object), 'Reconciling');
  // A run that waits for health must not be sent back to its start by the clock.
  if (reconciling?.reason === 'Progressing' && (await deps.runs.isRunning(ref))) return 'a run is open';
  return undefined;
}

/** Whether only a change helps, which the watch sees; of a registry it sees none. */
function waitsForChange({ kind }: ObjectRef, object: KubeObject): boolean {
  if (findCondition(conditionsOf(object), 'Stalled')?.status !== 'True') return false;
  const status = (object['status'] ?? {}) as { observedSourceArtifactRevision?: string };
  if (kind === Kind.HelmChart && status.observedSourceArtifactRevision === undefined) return false;
  return isAnswered(object);
}

async function look(deps: Deps, ref: ObjectRef, object: KubeObject, step: StepContext): Promise<Found> {
  const behind = behindReason(object);
  if (behind !== undefined) return { due: 'Interval', message: behind };
  try {
    return await LOOKS[ref.kind](deps, object, step);
  } catch (error) {
    if (step.signal.aborted) throw error;
    return { due: 'Interval', message: `the check failed: ${messageOf(error)}` };
  }
}

/** What the status alone says. */
function behindReason(object: KubeObject): string | undefined {
  const status = object['status'] as LooseStatus | undefined;
  if (object.metadata.deletionTimestamp) return 'deleted';
  if (findCondition(conditionsOf(object), 'Ready')?.status !== 'True') return 'not ready';
  if (status?.observedGeneration !== object.metadata.generation) return 'the spec changed';
  return isAnswered(object) ? undefined : 'a reconcile was requested';
}

/** Whether the newest spec and the newest request were seen, and it is not to go. */
function isAnswered({ metadata, ...object }: KubeObject): boolean {
  const { observedGeneration, lastHandledReconcileAt } = (object['status'] ?? {}) as LooseStatus;
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  return (
    metadata.deletionTimestamp === undefined &&
    observedGeneration === metadata.generation &&
    (requestedAt === undefined || requestedAt === lastHandledReconcileAt)
  );
}

interface LooseStatus {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
}

function conditionsOf(object: KubeObject) {
  return (object['status'] as { conditions?: Parameters<typeof findCondition>[0] } | undefined)?.conditions;
}

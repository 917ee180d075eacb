import { formatDuration, parseDuration } from '../../api/duration.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { plannedInventory } from '../apply/steps.ts';
import { passObject } from '../build/steps.ts';
import type { Deps } from '../deps.ts';
import { faultPoint } from '../fault.ts';
import type { BuiltInput, WaitingKustomization } from '../observe/kustomization.ts';
import { type Attempt, asAttempted, durationField, readUnparsed } from '../observe/object.ts';
import type { StepContext } from '../steps.ts';
import { failedStatus, succeeded } from './kustomization-status.ts';
import { patchStatus, type Status } from './patch.ts';
import { swapStatus } from './swap.ts';

export interface SettleInput extends BuiltInput {
  readonly survivors: readonly InventoryEntry[];
}

export interface Settled {
  readonly message: string;
}

/** The pass succeeded: one status patch says all of it, and an event. */
export async function settleKustomization(
  deps: Deps,
  input: SettleInput,
  step: StepContext,
): Promise<Settled> {
  const object = await passObject(deps, input);
  const { revision } = input.artifact;
  const now = deps.now();
  const inventory = [...(await plannedInventory(deps, input, step)), ...input.survivors];
  const status = succeeded(object, {
    revision,
    digest: input.builtDigest,
    inventory,
    checksHealth: input.checksHealth,
    startedAt: new Date(input.startedAt),
    now,
  });
  await recordSuccess(deps, object, input, now);
  faultPoint('status');
  await swapStatus(deps.kube, input.ref, object, status);
  faultPoint('status.written');
  deps.memory.forget(input.pass);
  return { message: `Applied revision: ${revision}` };
}

async function recordSuccess(
  deps: Deps,
  object: Kustomization,
  input: SettleInput,
  now: Date,
): Promise<void> {
  const { revision } = input.artifact;
  const took = formatDuration(now.getTime() - Date.parse(input.startedAt));
  const interval = formatDuration(durationField('interval', object.spec.interval));
  await deps.events.record({
    object,
    type: 'Normal',
    reason: Reason.ReconciliationSucceeded,
    message: `Reconciliation finished in ${took}, next run in ${interval}`,
    metadata: { revision, commit_status: 'update' },
  });
}

export interface FailureInput {
  readonly ref: ObjectRef;
  readonly reason: Reason;
  readonly message: string;
  readonly stalled: boolean;
  /** It may pass by itself. */
  readonly mayPass?: boolean;
  /** Undefined when it failed before there was anything to attempt. */
  readonly attempt?: Attempt | undefined;
}

/** The pass failed: the status says why, an event too, and unless only a change helps another look is arranged. */
export async function settleKustomizationFailure(deps: Deps, input: FailureInput): Promise<void> {
  const found = await readRaw(deps, input.ref);
  if (!found) return;
  const object = asAttempted(found, input.attempt);
  const now = deps.now();
  const { revision, digest, startedAt } = input.attempt ?? {};
  const status = failedStatus(object, {
    ...input,
    revision,
    digest,
    startedAt: startedAt === undefined ? now : new Date(startedAt),
    now,
  });
  await deps.events.record({
    object,
    type: 'Warning',
    reason: input.reason,
    message: input.message,
    ...(revision !== undefined && { metadata: { revision } }),
  });
  await patchStatus(deps.kube, input.ref, object.status as Status | undefined, status as Status);
  // Whoever cancelled a wait does not want it back at once, not by an older retry either: the interval looks again.
  if (input.reason === Reason.HealthCheckCanceled) await deps.runs.dropRetry(input.ref);
  else if (!input.stalled) await deps.runs.retryIn(input.ref, retryMs(deps, object, input));
}

export interface WaitingInput extends WaitingKustomization {
  readonly ref: ObjectRef;
}

/** Something is not there yet: nothing failed, and a later run looks again. */
export async function settleKustomizationWaiting(deps: Deps, input: WaitingInput): Promise<void> {
  const object = await readRaw(deps, input.ref);
  if (!object) return;
  const { reason, message, retryMs } = input;
  const now = deps.now();
  const status = failedStatus(object, { reason, message, stalled: false, startedAt: now, now });
  const event =
    reason === Reason.DependencyNotReady
      ? `Dependencies do not meet ready condition, retrying in ${formatDuration(retryMs)}: ${message}`
      : message;
  await deps.events.record({ object, type: 'Normal', reason, message: event });
  await patchStatus(deps.kube, input.ref, object.status as Status | undefined, status as Status);
  await deps.runs.retryIn(input.ref, retryMs);
}

async function readRaw(deps: Deps, ref: ObjectRef): Promise<Kustomization | undefined> {
  // Not parsed: a status must be written even for an object whose spec does not parse.
  return readUnparsed<Kustomization>(deps.kube, ref);
}

/** `spec.retryInterval`, or the interval; sooner where nobody has to do anything for it to be mended. */
function retryMs(
  deps: Deps,
  { metadata, spec }: Kustomization,
  { reason, mayPass = false }: FailureInput,
): number {
  // What does not parse must not keep a deletion from being tried again.
  const usual = parseDuration(spec.retryInterval ?? spec.interval ?? '') ?? deps.policy.requeueDependencyMs;
  // A namespace may be waiting for the end of this object.
  const isAwaited = mayPass || reason === Reason.ArtifactFailed || metadata.deletionTimestamp !== undefined;
  return isAwaited ? Math.min(usual, deps.policy.requeueDependencyMs) : usual;
}

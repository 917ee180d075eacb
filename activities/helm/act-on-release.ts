import { CancelledFailure } from '@temporalio/common';
import type { HelmRelease } from '../../api/helm-release.ts';
import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { failed, transient } from '../failures.ts';
import { faultPoint } from '../fault.ts';
import { readObject, targetOfRef } from '../observe/object.ts';
import { readyChart } from '../observe/source.ts';
import { acted } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import { recordDone } from '../status/record-done.ts';
import type { StepContext } from '../steps.ts';
import { correct } from './actions/correct.ts';
import type { ActionOutcome, ReleaseEnd, Turn } from './actions/outcome.ts';
import { release } from './actions/release.ts';
import { replace } from './actions/replace.ts';
import { rollback } from './actions/rollback.ts';
import { test } from './actions/test.ts';
import { uninstallToRemediate } from './actions/uninstall.ts';
import { unlock } from './actions/unlock.ts';
import { chartRefOf } from './chart-template.ts';
import { gather } from './gather.ts';
import { type ActionType, type ReleaseAction, typeOf } from './next-action.ts';
import { UnheldError, whileHeld } from './while-held.ts';

export type { ReleaseEnd } from './actions/outcome.ts';

export interface ActInput extends RefInput {
  readonly action: ReleaseAction;
  /** Of the spec that the decision was made for. */
  readonly generation: number;
  /** Of each operation of helm. */
  readonly timeoutMs: number;
}

export interface ActedRelease {
  readonly type: ActionType;
  /** The pass is over. */
  readonly ended?: ReleaseEnd;
  /**
   * It was ended before it was done: the worker shut down, Temporal asked for the end or was silent, or what it was
   * decided on had changed before it began. A fresh look decides anew.
   */
  readonly isInterrupted?: boolean;
}

/** Carries out what was decided, and writes into the status what came of it. */
export function actOnRelease(deps: Deps, input: ActInput, step: StepContext): Promise<ActedRelease> {
  return whileHeld(deps, step, (held) => act(deps, input, held));
}

async function act(deps: Deps, input: ActInput, step: StepContext): Promise<ActedRelease> {
  const turn = await takeTurn(deps, input, step);
  if (turn === undefined) return { type: typeOf(input.action), isInterrupted: true };
  faultPoint('helm.announced');
  const outcome = await carryOut(turn, input.action);
  faultPoint('helm.ended');
  await settle(deps, turn.object, outcome);
  faultPoint('helm.acted');
  if (step.signal.aborted) return interrupted(input, step.signal);
  const { error, ended } = outcome;
  if (error) throw (error.mayPass ? transient : failed)(error.reason, error.message);
  return { type: typeOf(input.action), ...(ended && { ended }) };
}

/** The object as it is now, with all that the decision was made of; undefined when it holds no longer. */
async function takeTurn(deps: Deps, input: ActInput, step: StepContext): Promise<Turn | undefined> {
  const object = await readObject(deps.kube, { ...input.ref, kind: Kind.HelmRelease });
  if (object?.metadata.generation !== input.generation || object.metadata.deletionTimestamp !== undefined)
    return undefined;
  const ref = chartRefOf(object);
  const source = readyChart(await deps.kube.get(targetOfRef(ref)), ref);
  if ('missing' in source) return undefined;
  const gathered = await gather(deps, object, source.artifact, step.signal);
  return { ...gathered, deps, step, timeoutMs: input.timeoutMs };
}

function carryOut(turn: Turn, action: ReleaseAction): Promise<ActionOutcome> {
  switch (action) {
    case 'install':
    case 'upgrade':
      return release(turn, action);
    case 'test':
      return test(turn);
    case 'rollback':
      return rollback(turn);
    case 'uninstall':
      return uninstallToRemediate(turn);
    case 'unlock':
      return unlock(turn);
    case 'correct':
      return correct(turn);
    case 'replace':
      return replace(turn);
  }
}

async function settle(
  deps: Deps,
  object: HelmRelease,
  { status, set, remove = [], event }: ActionOutcome,
): Promise<void> {
  if (event) await recordDone(deps, { object, ...event });
  const now = deps.now();
  const after = set.length === 0 ? status : acted({ ...object, status }, { set, remove }, now);
  const { namespace, name } = object.metadata;
  await patchStatus(
    deps.kube,
    { kind: Kind.HelmRelease, namespace, name },
    object.status as Status,
    after as Status,
  );
}

/** Who dropped the action hears of it; for a worker that stops another one goes on. */
function interrupted({ action }: ActInput, { reason }: AbortSignal): ActedRelease {
  const isShutdown = reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';
  if (isShutdown || reason instanceof UnheldError) return { type: typeOf(action), isInterrupted: true };
  throw reason;
}

import pLimit from 'p-limit';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { faultPoint } from '../fault.ts';
import type {
  ApplyContext,
  ChangeAction,
  ChangeSet,
  ChangeSetEntry,
  Plan,
  PlanEntry,
  Stage,
} from './contract.ts';
import { decide } from './decide.ts';
import { awaitDefinitions } from './definitions.ts';
import { isKubernetesError, type Refusal, refusalFailure, requestFailure } from './failure.ts';
import { compileIgnore } from './ignore.ts';
import { idOf, readLive } from './live.ts';
import { ownerSelector } from './ownership.ts';
import { CONCURRENCY, forEach } from './parallel.ts';
import { runsOf, STAGES } from './stages.ts';
import { refusedByDryRun } from './validate.ts';
import { write } from './write.ts';

export type { ChangeSet, ChangeSetEntry } from './contract.ts';

export interface ApplyOptions {
  /** Stops between two requests, by throwing its reason. */
  readonly signal: AbortSignal;
  /** Called for each object as soon as it is done, so that what was changed is known also when the rest fails. */
  readonly onProgress?: ((entry: ChangeSetEntry) => void) | undefined;
}

/**
 * Carries out a plan, stage by stage, and tells what happened to each object. Throws ReconciliationFailed when the
 * server refuses objects (all refused ones of the stage are named) and never creates what the plan's inventory lacks.
 */
export async function applyPlan(
  context: ApplyContext,
  plan: Plan,
  options: ApplyOptions,
): Promise<ChangeSet> {
  const pass: Pass = {
    context,
    plan,
    options,
    planned: new Set(plan.inventory.map(({ id }) => id)),
    done: new Map(),
    answers: new Map(),
    applied: [],
  };
  for (const [i, stage] of STAGES.entries()) {
    options.signal.throwIfAborted();
    const entries = await decideAgain(pass, entriesOf(plan, stage));
    await applyStage(pass, entries, changing(STAGES.slice(i + 1).flatMap((later) => entriesOf(plan, later))));
    if (stage === 'definitions') await definitionsServed(pass);
  }
  return {
    entries: plan.entries.map(({ object }) => pass.done.get(idOf(object))).filter((e) => e !== undefined),
    answers: pass.answers,
  };
}

interface Pass {
  readonly context: ApplyContext;
  readonly plan: Plan;
  readonly options: ApplyOptions;
  /** Ids of the planned inventory. */
  readonly planned: ReadonlySet<string>;
  readonly done: Map<string, ChangeSetEntry>;
  readonly answers: Map<string, KubeObject>;
  /** What the server answered to the applies of the definitions. */
  readonly applied: KubeObject[];
}

const RESULT = {
  create: 'created',
  configure: 'configured',
  unchanged: 'unchanged',
  skip: 'skipped',
} as const satisfies Record<PlanEntry['action'], ChangeAction>;

function entriesOf(plan: Plan, stage: Stage): PlanEntry[] {
  return plan.entries.filter((entry) => entry.stage === stage);
}

function changing(entries: readonly PlanEntry[]): PlanEntry[] {
  return entries.filter(({ action }) => action === 'create' || action === 'configure');
}

function report(pass: Pass, { object, action }: PlanEntry): void {
  const entry = { subject: describeObject(object), action: RESULT[action] };
  pass.done.set(idOf(object), entry);
  pass.options.onProgress?.(entry);
}

/** Decides what waited for its definition, now that an earlier stage has brought it. */
async function decideAgain(pass: Pass, entries: readonly PlanEntry[]): Promise<PlanEntry[]> {
  const { context } = pass;
  const waiting = entries.flatMap(({ decideLater }) => (decideLater ? [decideLater] : []));
  if (waiting.length === 0) return [...entries];
  const ignoredPaths = compileIgnore(context.ignore);
  const live = await readLive(context.kube, waiting, ownerSelector(context.owner));
  return pLimit(CONCURRENCY).map(entries, async (entry) => {
    const { decideLater } = entry;
    if (!decideLater) return entry;
    return {
      ...(await decide(context, decideLater, live.get(idOf(decideLater)), ignoredPaths)),
      decideLater,
    };
  });
}

async function applyStage(
  pass: Pass,
  entries: readonly PlanEntry[],
  later: readonly PlanEntry[],
): Promise<void> {
  for (const entry of entries)
    if (entry.action === 'unchanged' || entry.action === 'skip') report(pass, entry);
  const changes = changing(entries);
  // Nothing of a stage is written that would leave it half done for a mistake the server can see beforehand. A
  // single object is its own dry run.
  if (changes.length > 1) {
    const refused = await refusedByDryRun(pass.context, changes, pass.options.signal);
    stopOn(pass, refused, [
      ...changes.filter(({ object }) => !refused.some((r) => r.object === object)),
      ...later,
    ]);
  }
  const { refused, notTried } = await writeAll(pass, changes);
  stopOn(pass, refused, [...notTried, ...later]);
}

function stopOn(pass: Pass, refusals: readonly Refusal[], notTried: readonly PlanEntry[]): void {
  if (refusals.length === 0) return;
  const changed = [...pass.done.values()].filter(
    ({ action }) => action === 'created' || action === 'configured',
  );
  throw refusalFailure(refusals, { changed, notTried: notTried.map(({ object }) => describeObject(object)) });
}

interface Written {
  readonly refused: Refusal[];
  readonly notTried: PlanEntry[];
  /** The write is its own dry run. */
  readonly isSingle: boolean;
}

async function writeAll(pass: Pass, changes: readonly PlanEntry[]): Promise<Written> {
  const { signal } = pass.options;
  const written: Written = { refused: [], notTried: [], isSingle: changes.length === 1 };
  for (const run of runsOf(changes, ({ object }) => object.kind)) {
    await forEach(run, async (entry) => {
      if (written.refused.length > 0 || signal.aborted) written.notTried.push(entry);
      else await writeOne(pass, entry, written);
    });
    signal.throwIfAborted();
  }
  return written;
}

async function writeOne(pass: Pass, entry: PlanEntry, written: Written): Promise<void> {
  const { object, stage, decideLater } = entry;
  assertPlanned(pass, entry);
  let answer: KubeObject;
  try {
    answer = await write(pass.context, entry, pass.options.signal);
  } catch (error) {
    if (!isKubernetesError(error)) throw error;
    const during = written.isSingle ? 'dry-run' : 'apply';
    written.refused.push({ object, during, error, isDefinitionNew: decideLater !== undefined });
    return;
  }
  pass.answers.set(idOf(object), answer);
  if (stage === 'definitions') pass.applied.push(answer);
  report(pass, entry);
  faultPoint('object.applied');
}

// The inventory was written ahead of the apply: an object it lacks would be an orphan after a crash.
function assertPlanned(pass: Pass, { object }: PlanEntry): void {
  if (!pass.planned.has(idOf(object)))
    throw new Error(`${describeObject(object)} is not in the planned inventory`);
}

async function definitionsServed(pass: Pass): Promise<void> {
  if (pass.applied.length === 0) return;
  const needed = pass.plan.entries.flatMap(({ decideLater }) => (decideLater ? [decideLater] : []));
  try {
    await awaitDefinitions(pass.context.kube, pass.applied, needed, pass.options.signal);
  } catch (error) {
    throw requestFailure('waiting for definitions failed', error);
  }
}

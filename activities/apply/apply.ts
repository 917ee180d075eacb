import pLimit from 'p-limit';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
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
import { type Refusal, refusalFailure, requestFailure } from './failure.ts';
import { compileIgnore } from './ignore.ts';
import { CONCURRENCY, idOf, readLive } from './live.ts';
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
  const pass: Pass = { context, plan, options, done: new Map(), applied: [] };
  for (const [i, stage] of STAGES.entries()) {
    options.signal.throwIfAborted();
    const entries = await decideAgain(pass, entriesOf(plan, stage));
    await applyStage(pass, entries, changing(STAGES.slice(i + 1).flatMap((later) => entriesOf(plan, later))));
    if (stage === 'definitions') await definitionsServed(pass);
  }
  return {
    entries: plan.entries.map(({ object }) => pass.done.get(idOf(object))).filter((e) => e !== undefined),
  };
}

interface Pass {
  readonly context: ApplyContext;
  readonly plan: Plan;
  readonly options: ApplyOptions;
  readonly done: Map<string, ChangeSetEntry>;
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
  try {
    const live = await readLive(context.kube, waiting, context.owner);
    return await pLimit(CONCURRENCY).map(entries, async (entry) =>
      entry.decideLater
        ? decide(context, entry.decideLater, live.get(idOf(entry.decideLater)), ignoredPaths)
        : entry,
    );
  } catch (error) {
    throw requestFailure('reading the cluster failed', error);
  }
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
}

async function writeAll(pass: Pass, changes: readonly PlanEntry[]): Promise<Written> {
  const { context, options } = pass;
  const written: Written = { refused: [], notTried: [] };
  const limit = pLimit(CONCURRENCY);
  for (const run of runsOf(changes, ({ object }) => object.kind)) {
    await limit.map(run, async (entry) => {
      options.signal.throwIfAborted();
      if (written.refused.length > 0) {
        written.notTried.push(entry);
        return;
      }
      assertPlanned(pass.plan, entry);
      try {
        const answer = await write(context, entry, options.signal);
        if (entry.stage === 'definitions') pass.applied.push(answer);
        report(pass, entry);
      } catch (error) {
        options.signal.throwIfAborted();
        const during = changes.length === 1 ? 'dry-run' : 'apply';
        written.refused.push({ object: entry.object, during, error });
      }
    });
  }
  return written;
}

// The inventory was written ahead of the apply: an object it lacks would be an orphan after a crash.
function assertPlanned(plan: Plan, { object }: PlanEntry): void {
  const id = idOf(object);
  if (!plan.inventory.some((entry) => entry.id === id))
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

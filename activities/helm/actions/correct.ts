import { correctDrift } from '../drift/correct.ts';
import { correctionEvent } from '../drift/summary.ts';
import { driftContext, findDrift } from '../find-drift.ts';
import { fullReleaseName, latest } from '../history/snapshots.ts';
import { type ActionOutcome, eventMetadata, historyOf, type Turn } from './outcome.ts';

/** Brings the objects of a release back to what its manifest says. Helm-controller's `CorrectClusterDrift`. */
export async function correct(turn: Turn): Promise<ActionOutcome> {
  const { object, deps, step } = turn;
  const status = object.status ?? {};
  const current = latest(historyOf(object));
  // As it is now: what was decided on may have been mended since.
  const drift = await findDrift(deps, turn, step);
  if (drift === undefined || current === undefined) return { status, set: [] };
  const correction = await correctDrift(driftContext(deps, turn, step.signal), drift);
  const event = correctionEvent(fullReleaseName(current), correction);
  return { status, set: [], ...(event && { event: { ...event, metadata: eventMetadata(current) } }) };
}

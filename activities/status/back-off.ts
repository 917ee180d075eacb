import { type Condition, findCondition } from '../../api/conditions.ts';

const SOONEST_MS = 750;
const LATEST_MS = 15 * 60_000;

/** As long as it has been failing already, so the delay doubles: from 750 ms to 15 min, as Flux's back-off. */
export function backOff(
  status: { readonly conditions?: readonly Condition[] | undefined } | undefined,
  now: Date,
): number {
  const since = findCondition(status?.conditions, 'Ready')?.lastTransitionTime;
  const failingMs = since === undefined ? 0 : now.getTime() - Date.parse(since);
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, failingMs));
}

// Far more than it takes to get to the latest.
const MOST_DOUBLINGS = 20;

/** The same by the number of failures, where each is an attempt that took its time. */
export function backOffAfter(failures: number): number {
  return Math.min(LATEST_MS, SOONEST_MS * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
}

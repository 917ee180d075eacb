/** How a pass ends when nothing failed. */
export const Outcome = {
  Succeeded: 'Succeeded',
  /** Checked, and all is as it should be. */
  NothingToDo: 'NothingToDo',
  Suspended: 'Suspended',
  /** A dependency or the source is not there yet; the run is over, a later one looks again. */
  Waiting: 'Waiting',
  /** Dropped for a newer request, which the next pass of the same run serves. */
  Superseded: 'Superseded',
  /** The object was deleted and what it made is gone. */
  Deleted: 'Deleted',
  /** There is no such object. */
  Gone: 'Gone',
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

const outcomes: ReadonlySet<string> = new Set(Object.values(Outcome));

/** Any other outcome is the Flux reason of a failure. */
export function isFailure(outcome: string): boolean {
  return !outcomes.has(outcome);
}

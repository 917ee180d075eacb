import type { Notice, Route } from './notice.ts';

/** What the outbox asks of Temporal. Each promise resolves once the notice is durable. */
export interface Notices {
  /**
   * Has an event told to all whom it concerns; a repetition within five minutes is dropped there. Resolves to when the
   * last one began that was not.
   */
  tell(notice: Notice): Promise<Date>;
  /** Has an event told together with others of the same time. */
  group(route: Route, notice: Notice): Promise<void>;
  /** Counts a failure of an object. */
  countFailure(route: Route, notice: Notice): Promise<void>;
  /** Has what became of a commit looked at. */
  lookAtCommit(route: Route & { readonly commit: string }, notice: Notice): Promise<void>;
  /** Ends the count of an object's failures, if there is one. */
  endFailures(route: Route, notice: Notice): Promise<void>;
}

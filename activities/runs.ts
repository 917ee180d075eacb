import type { ObjectRef } from '../api/object-ref.ts';

/** What steps ask of Temporal: later looks at an object, and its schedule. */
export interface Runs {
  /** Asks for a run now. */
  request(ref: ObjectRef, reason: string): Promise<void>;
  /** Looks again after the delay; an earlier appointment of the object is replaced. */
  retryIn(ref: ObjectRef, delayMs: number): Promise<void>;
  /** Looks now, unless a look is due already. */
  lookSoon(ref: ObjectRef): Promise<void>;
  /** Resumes the object after the delay. */
  resumeIn(ref: ObjectRef, delayMs: number): Promise<void>;
  /** Sees to it that the object is resumed, after the delay unless that is arranged already. */
  keepResume(ref: ObjectRef, delayMs: number): Promise<void>;
  requestResume(ref: ObjectRef, by: string): Promise<void>;
  isRunning(ref: ObjectRef): Promise<boolean>;
  /** Beats for an attempt of an activity, and asks how it stands. Throws when Temporal cannot be asked. */
  confirm(taskToken: Uint8Array, detail: unknown): Promise<Standing>;
  /** Makes the object's schedule agree with it: interval, paused or not and why. */
  keepSchedule(schedule: ScheduleWish): Promise<void>;
  /** Removes the schedule and all appointments. */
  forget(ref: ObjectRef): Promise<void>;
  /** Drops a pending retry. */
  dropRetry(ref: ObjectRef): Promise<void>;
  /** Drops a pending self-made resume. */
  dropResume(ref: ObjectRef): Promise<void>;
}

/** Of an attempt: Temporal waits for it, wants it to end, or has given its work away. */
export type Standing = 'held' | 'dropped' | 'gone';

export interface ScheduleWish {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly intervalMs: number;
  /** Why the schedule rests; undefined while it runs. */
  readonly pausedNote: string | undefined;
}

import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { ObjectRef } from '../api/object-ref.ts';
import type { PassResult } from './messages.ts';

/** A pass that ended, for the worker that it ended on. Times are milliseconds since the epoch. */
export interface EndedPass {
  readonly ref: ObjectRef;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The steps that began, in order; what they took is in the result. */
  readonly begun: readonly { readonly name: string; readonly at: number }[];
  readonly result: PassResult;
}

/** What workers hear of runs beside Temporal: it is no part of a run's history, and a lost one is lost. */
export interface Telemetry extends Sinks {
  readonly telemetry: { passEnded(pass: EndedPass): void };
}

/** Nobody is told of what is replayed. */
export const { telemetry } = proxySinks<Telemetry>();

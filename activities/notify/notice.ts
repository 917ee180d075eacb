import type { FluxEvent } from './event.ts';

export type Labels = Readonly<Record<string, string>>;

/** An event on its way: what passes through Temporal, with nothing secret in it. */
export interface Notice {
  /** With the keys of its metadata as the controller writes them. */
  readonly event: FluxEvent;
  /** Tells events apart; the same again within five minutes is a repetition. */
  readonly key: string;
  /** Of the object; left out when there are too many: they are read where they are needed. */
  readonly labels?: Labels;
  /** Who is to be told; left out where that is not known yet. */
  readonly routes?: readonly Route[];
}

/** An Alert by its name. */
export interface AlertRef {
  readonly namespace: string;
  readonly name: string;
}

/** Who is to hear of an event, and how. */
export interface Route {
  readonly alert: AlertRef;
  /** Bound of one delivery, in milliseconds. */
  readonly timeoutMs: number;
  /** Events of so many milliseconds are told as one. */
  readonly groupMs?: number;
  /** Only a failure that repeats so often is told. */
  readonly afterFailures?: number;
  /** The commit that the event is about, of which one status is kept for all objects. */
  readonly commit?: string;
}

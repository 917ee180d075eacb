import type { EndedPass } from '../../workflows/telemetry.ts';

/** Tells the passes of this worker to a collector of traces. */
export interface Traces {
  /** Costs the caller nothing: what cannot be kept up with is left out. */
  passEnded(pass: EndedPass): void;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

/** The change that passes belong to: a source at a revision. */
export interface Origin {
  /** `Kind/namespace/name`. */
  readonly source: string;
  readonly revision: string;
}

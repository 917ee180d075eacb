import type { InjectedSinks } from '@temporalio/worker';
import type { EndedPass, Telemetry } from '../workflows/telemetry.ts';

/** Hears of the passes of this worker. */
export interface PassListener {
  passEnded(pass: EndedPass): void;
}

/** What workflow code tells this worker, passed on to all who listen. */
export function createSinks(listeners: readonly PassListener[]): InjectedSinks<Telemetry> {
  return {
    telemetry: {
      passEnded: {
        // A replay tells of what was told before.
        callDuringReplay: false,
        fn(_info, pass) {
          for (const listener of listeners) listener.passEnded(pass);
        },
      },
    },
  };
}

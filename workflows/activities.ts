import { type ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/**
 * Steps that normally take well under a second and are idempotent: local activities, so that one workflow
 * task carries them all. A transient failure is tried again at once; then the run fails and its retry is a new run.
 */
export const fast = proxyLocalActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumAttempts: 4 },
});

// Longer pauses are timers of the run, which hold no worker and let signals through.
const SIT_OUT = {
  scheduleToCloseTimeout: '15 minutes',
  localRetryThreshold: '5s',
  retry: { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '15s' },
} as const;

/**
 * Steps that write what happened, or what a person asked for, into the object. They are worth waiting for:
 * without them the status is a lie, so an API server that is away for some minutes is sat out.
 */
export const settle = proxyLocalActivities<Activities>({ startToCloseTimeout: '30s', ...SIT_OUT });

/**
 * The looks and resumptions of a clock: nobody asks again before its next turn, which may be an hour away,
 * so an outage is sat out as well.
 */
export const appointed = proxyLocalActivities<Activities>({ startToCloseTimeout: '2 minutes', ...SIT_OUT });

/**
 * Steps that take as long as the cluster or a remote takes. They beat, so that a dead worker is noticed,
 * and the time they may take is the object's own `timeout`.
 */
export function slow(timeoutMs: number, cancellationType: ActivityCancellationType = 'TRY_CANCEL') {
  return proxyActivities<Activities>({
    startToCloseTimeout: timeoutMs + GRACE_MS,
    heartbeatTimeout: '15s',
    cancellationType,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 3 },
  });
}

/**
 * An action on a release. Tried once: what an attempt left behind is for a fresh look to judge, never for a second
 * attempt in the dark. Nobody goes on before helm is gone, so that no two work at one release.
 */
export function acting(timeoutMs: number) {
  return proxyActivities<Activities>({
    startToCloseTimeout: timeoutMs + QUEUE_MS,
    heartbeatTimeout: '15s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumAttempts: 1 },
  });
}

// Helm's own timeout is of each operation, and the number of helm processes of a worker is bounded.
const QUEUE_MS = 60 * 60_000;

// The step's own deadline comes first and has the better message.
const GRACE_MS = 30_000;

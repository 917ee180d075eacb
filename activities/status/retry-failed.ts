import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { backOff } from './back-off.ts';
import type { Status } from './patch.ts';
import type { FailureInput } from './settle-kustomization.ts';

/** Has a failed object looked at again, the later the longer it fails; `after` is the status that says so. */
export async function retryFailed(
  { runs, now }: Pick<Deps, 'runs' | 'now'>,
  { ref, reason, stalled }: Pick<FailureInput, 'ref' | 'reason' | 'stalled'>,
  after: Pick<Status, 'conditions'>,
): Promise<void> {
  // Whoever cancelled a pass does not want it back at once: the interval looks again.
  if (!stalled && reason !== Reason.HealthCheckCanceled) await runs.retryIn(ref, backOff(after, now()));
}

import type { HelmRelease } from '../../../api/helm-release.ts';
import { Reason } from '../../../api/reasons.ts';
import { activeRemediation } from '../spec.ts';
import type { ReleaseEnd } from './outcome.ts';

/** How a pass ends after a remediation: another attempt follows in a later one, unless there were enough. */
export function afterRemediation(object: HelmRelease, end: ReleaseEnd): ReleaseEnd {
  const remediation = activeRemediation(object);
  if (remediation === undefined || !remediation.isExhausted || remediation.reinstalls) return end;
  const action = object.status?.lastAttemptedReleaseAction;
  return {
    reason: Reason.RetriesExceeded,
    message: `Failed to ${action} after ${remediation.failures} attempt(s)`,
    stalled: true,
  };
}

import type {
  ImageUpdateAutomation,
  ImageUpdateAutomationStatus,
} from '../../api/image-update-automation.ts';
import { Reason } from '../../api/reasons.ts';
import type { UpdatedBranch } from '../image/update/steps.ts';
import { seconds } from './patch.ts';
import { readyFailed, readySucceeded } from './ready-status.ts';

/** Pure: what the status of an ImageUpdateAutomation becomes after a pass that did not fail. */

export const UP_TO_DATE = 'repository up-to-date';

/** The branch is what the policies chose, whether this pass pushed or had nothing to push. */
export function updatedStatus(
  object: ImageUpdateAutomation,
  updated: Omit<UpdatedBranch, 'attempt'>,
  now: Date,
): ImageUpdateAutomationStatus {
  const { policies, revision, switched, pushed, startedAt } = updated;
  return {
    ...readyStatus(object, updated, now),
    lastAutomationRunTime: seconds(new Date(startedAt)),
    observedPolicies: { ...policies },
    // Of a branch of its own what it stands on: only a change of that is news.
    observedSourceRevision: pushed && !switched ? pushed.revision : revision,
    ...(pushed && { lastPushCommit: pushed.commit, lastPushTime: seconds(new Date(pushed.at)) }),
  };
}

/** A pull request that failed makes the object not ready: what was pushed waits for somebody to see it. */
function readyStatus(
  object: ImageUpdateAutomation,
  { pullRequest, problems }: Pick<UpdatedBranch, 'pullRequest' | 'problems'>,
  now: Date,
): ImageUpdateAutomationStatus {
  if (pullRequest?.state !== 'failed') {
    return readySucceeded(object, [UP_TO_DATE, ...problems].join('; '), now);
  }
  const { message } = pullRequest;
  return readyFailed(object, { reason: Reason.PullRequestFailed, message, stalled: false, now });
}

/** What was pushed, in the words of Flux's events. */
export function pushedMessage({ branch, pushed }: Pick<UpdatedBranch, 'branch' | 'pushed'>): string {
  if (!pushed) return UP_TO_DATE;
  const { commit, refspecs, message } = pushed;
  const also = refspecs.length > 0 ? ` and refspecs '${refspecs.join("', '")}'` : '';
  return `pushed commit '${commit.slice(0, 7)}' to branch '${branch}'${also}${message && `\n${message}`}`;
}

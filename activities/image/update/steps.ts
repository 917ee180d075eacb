import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps, RefInput } from '../../deps.ts';
import { stalled } from '../../failures.ts';
import { faultPoint } from '../../fault.ts';
import { readAutomationSource } from '../../observe/image-update-automation.ts';
import { type Attempt, attemptOf, readObject } from '../../observe/object.ts';
import { announceUpdate } from '../../status/settle-image-update-automation.ts';
import type { StepContext } from '../../steps.ts';
import { openPullRequest, type PullRequestOutcome } from '../pull-request/open-pull-request.ts';
import { askOthers } from './ask-others.ts';
import { type ObservedPolicies, readPolicies, reconcileId } from './policies.ts';
import type { BranchChanges, UpdateResult } from './update-branch.ts';

/** What an update did. */
export interface UpdatedBranch extends UpdateResult {
  /** The spec that was updated for. */
  readonly attempt: Attempt;
  readonly policies: ObservedPolicies;
  /** What came of the pull request, if the object asks for one. */
  readonly pullRequest?: PullRequestOutcome;
  /** RFC 3339. */
  readonly startedAt: string;
}

/**
 * Brings the push branch to what the policies chose, by at most one commit, whoever tries and how often, and sees to
 * its pull request.
 */
export async function updateImages(deps: Deps, { ref }: RefInput, step: StepContext): Promise<UpdatedBranch> {
  const startedAt = deps.now().toISOString();
  const automation = await readObject(deps.kube, { ...ref, kind: Kind.ImageUpdateAutomation });
  if (!automation)
    throw stalled(Reason.GitOperationFailed, 'the object was removed while it was being worked on');
  await announceUpdate(deps, automation);
  const policies = await readPolicies(deps.kube, automation);
  const source = await readAutomationSource(deps.kube, automation, deps.policy);
  faultPoint('image.policies');
  const { namespace } = automation.metadata;
  let changes: BranchChanges | undefined;
  const updated = await deps.imageUpdater.update({
    automation,
    source,
    images: new Map(Object.entries(policies).map(([name, image]) => [`${namespace}:${name}`, image])),
    reconcileId: reconcileId(automation, policies),
    signal: step.signal,
    heartbeat: step.heartbeat,
    onChanges: (found) => (changes = found),
    onDropped: (others) => askOthers(deps, others),
  });
  const { switched } = updated;
  const pullRequest = await openPullRequest(deps, { automation, source, switched, changes }, step);
  const result = { ...updated, attempt: attemptOf(automation), policies, startedAt };
  return pullRequest === undefined ? result : { ...result, pullRequest };
}

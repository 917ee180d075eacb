import { ApplicationFailure } from '@temporalio/common';
import type { GitRepository } from '../../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Annotation } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import { beating } from '../../fetch/beating.ts';
import type { StepContext } from '../../steps.ts';
import type { BranchChanges } from '../update/update-branch.ts';
import type { EnsuredPullRequest, PullRequests } from './contract.ts';
import { pullRequestFailure } from './failure.ts';
import { type PullRequestSettings, pullRequestSettings } from './settings.ts';
import { textOf } from './text.ts';

export interface OpenPullRequestInput {
  readonly automation: ImageUpdateAutomation;
  readonly source: GitRepository;
  /** The push branch is another one than that of the checkout. */
  readonly switched: boolean;
  /** What the push branch changes; undefined when that is nothing. */
  readonly changes: BranchChanges | undefined;
}

/** What came of the pull request of an update; small enough to travel. */
export type PullRequestOutcome = EnsuredPullRequest | PullRequestProblem;

export interface PullRequestProblem {
  readonly state: 'failed';
  /** What to do, without secrets: for a condition of the reason PullRequestFailed. */
  readonly message: string;
  /** It may pass by itself. */
  readonly mayPass: boolean;
  readonly retryAfterMs?: number;
}

/**
 * Sees to it that what an update has pushed to a branch of its own has a pull request, if the object asks for one;
 * undefined when it does not, or when nothing is to be merged. A failure is an answer as well: what was pushed counts
 * all the same.
 */
export async function openPullRequest(
  { pullRequests }: { readonly pullRequests: PullRequests },
  input: OpenPullRequestInput,
  { signal, heartbeat }: Pick<StepContext, 'signal' | 'heartbeat'>,
): Promise<PullRequestOutcome | undefined> {
  using _beat = beating(heartbeat, { proposing: input.source.spec.url });
  try {
    const settings = pullRequestSettings(input.automation);
    return settings && (await propose(pullRequests, settings, { ...input, signal }));
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== Reason.PullRequestFailed) throw error;
    const { message, nonRetryable, nextRetryDelay } = error;
    return {
      state: 'failed',
      message,
      mayPass: nonRetryable !== true,
      ...(typeof nextRetryDelay === 'number' && { retryAfterMs: nextRetryDelay }),
    };
  }
}

async function propose(
  pullRequests: PullRequests,
  settings: PullRequestSettings,
  { automation, source, switched, changes, signal }: OpenPullRequestInput & { readonly signal: AbortSignal },
): Promise<EnsuredPullRequest | undefined> {
  if (!switched) {
    throw pullRequestFailure(
      `commits go to the branch that is checked out, so there is nothing to merge; set spec.git.push.branch to another one, or remove annotation ${Annotation.pullRequest}`,
    );
  }
  if (changes === undefined) return undefined;
  const { head, base } = changes;
  if (base === undefined) {
    throw pullRequestFailure(
      'a tag or a commit is checked out, into which nothing can be merged; set spec.git.checkout.ref.branch',
    );
  }
  const { namespace, name } = automation.metadata;
  return await pullRequests.ensure({
    automation: `${namespace}/${name}`,
    provider: settings.provider,
    repositoryUrl: source.spec.url,
    secret: { namespace, name: settings.secretName },
    head,
    base,
    ...textOf(automation, settings, changes),
    signal,
  });
}

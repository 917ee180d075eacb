import { DEFAULT_BRANCH, type GitRepository } from '../../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { checkRefName } from '../../fetch/git-url.ts';
import { invalid, optionsOf, type Refspec, refspecOf } from './push-spec.ts';

type Git = NonNullable<ImageUpdateAutomation['spec']['git']>;

/** From where to where an update goes, before anybody asked the remote. */
export interface Branches {
  /** Undefined is the branch master. */
  readonly checkout: GitRepository['spec']['ref'];
  /** The branch that gets the commit, without `refs/heads/`. */
  readonly push: string;
  readonly pushRef: string;
  /** The push branch is another one than that of the checkout: it is made anew on top of it each time. */
  readonly switched: boolean;
  readonly refspec: Refspec | undefined;
  /** As `key=value`, in the order of their keys. */
  readonly options: readonly string[];
}

/**
 * Reads where an automation checks out and pushes, by the rules of image-automation-controller's `configurePush`.
 * Throws a stalled InvalidSourceConfiguration where the spec cannot work, SourceManagerFailed where no push branch
 * follows from it, GitOperationFailed for a bad name.
 */
export function branchesOf({ checkout: own, push: to }: Git, source: GitRepository): Branches {
  const checkout = own?.ref ?? source.spec.ref;
  const push = pushBranchOf(to?.branch, checkout?.branch);
  const switched = push !== (checkout ? checkout.branch : DEFAULT_BRANCH);
  const refspec = refspecOf(to?.refspec, { push, checkout: checkout?.branch });
  return {
    checkout,
    push,
    pushRef: `refs/heads/${push}`,
    switched,
    refspec: refspec && { ...refspec, force: refspec.force || switched },
    options: optionsOf(to?.options),
  };
}

function pushBranchOf(named: string | undefined, checkedOut: string | undefined): string {
  const push = named || checkedOut;
  if (!push) throw noBranch();
  checkRefName(named ? 'spec.git.push.branch' : 'the branch to check out', push);
  if (push !== 'HEAD' && !push.startsWith('refs/')) return push;
  throw invalid(`the push branch '${push}' must be a branch without refs/heads/`);
}

function noBranch(): Error {
  return failed(
    Reason.SourceManagerFailed,
    'failed configuring source manager: push spec not provided, and cannot be inferred from .spec.git.checkout.ref or GitRepository .spec.ref; set spec.git.push.branch',
  );
}

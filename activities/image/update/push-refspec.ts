import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { isRecentAncestor } from './history.ts';
import { pushCommit } from './push.ts';
import type { BranchUpdate, Landed } from './update-branch.ts';

/**
 * Pushes what `spec.git.push.refspec` asks for, after the branch has the commit. Answers false for a race. Throws
 * GitOperationFailed, also where commits would be overwritten and the refspec does not begin with `+`.
 */
export async function pushRefspec(
  update: BranchUpdate,
  landed: Pick<Landed, 'id' | 'isAdopted'>,
): Promise<boolean> {
  const { automation, tree, branches, heads } = update;
  const { refspec, options } = branches;
  // What the status tells of is done with: some targets are no branches that one could look at.
  if (!refspec || (landed.isAdopted && landed.id === automation.status?.lastPushCommit)) return true;
  const commit = refspec.what === 'push' ? landed.id : tree.commit;
  const seen = heads.get(refspec.to);
  if (seen === commit) return true;
  if (seen !== undefined && seen !== tree.commit && !refspec.force) {
    const isBehind = await isRecentAncestor(tree, { ancestor: seen, commit, ref: branches.pushRef });
    if (!isBehind) throw wouldOverwrite(refspec.to);
  }
  update.assertMayWrite();
  return await pushCommit(tree, { commit, ref: refspec.to, seen, options });
}

function wouldOverwrite(ref: string): Error {
  return failed(
    Reason.GitOperationFailed,
    `failed to update source: ${ref} of spec.git.push.refspec holds commits that the branch lacks: non-fast-forward update; begin the refspec with + to overwrite them`,
  );
}

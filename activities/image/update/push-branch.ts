import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { commitMessageOf } from './commit-message-of.ts';
import { commitObject, type ReadCommit, readCommit, withTrailer } from './commit-object.ts';
import type { Edit } from './edit.ts';
import { bringCommit } from './history.ts';
import { pushCommit } from './push.ts';
import { pushRefspec } from './push-refspec.ts';
import type { BranchUpdate, Landed } from './update-branch.ts';
import { writeCommit, writeTree } from './write-tree.ts';

/**
 * Brings an edit to the push branch as one commit on top of the checkout, or finds it there. `raced` when a ref has
 * moved meanwhile, `same` when the edit changes nothing after all. Throws GitOperationFailed.
 */
export async function pushBranch(update: BranchUpdate, edit: Edit): Promise<Landed | 'raced' | 'same'> {
  const { tree, branches, resolved, heads } = update;
  const id = await writeTree(tree, edit.files);
  // Where the checkout moved after we looked, that is where the branch is.
  const seen = resolved.ref === branches.pushRef ? tree.commit : heads.get(branches.pushRef);
  const there = await adoptable(update, { tree: id, seen, object: edit.alsoRead[0] });
  if (there !== undefined) return (await pushRefspec(update, there)) ? there : 'raced';
  if (!branches.switched && seen !== undefined && seen !== tree.commit) throw notOnBranch(update);

  const object = await newCommit(update, edit, id);
  const commit = await writeCommit(tree, object);
  update.passed('image.committed');
  update.assertMayWrite();
  const { pushRef: ref, options } = branches;
  if (!(await pushCommit(tree, { commit, ref, seen, options }))) return 'raced';
  update.passed('image.pushed');
  const landed = { id: commit, ...readCommit(object), isAdopted: false };
  return (await pushRefspec(update, landed)) ? landed : 'raced';
}

interface Wanted {
  readonly tree: string;
  readonly seen: string | undefined;
  /** The commit that was seen, where the mirror has it. */
  readonly object: Buffer | undefined;
}

/** What the push branch holds, if that is what we would push: on the same commit, with the same tree, made by a reconcile. */
async function adoptable(
  update: BranchUpdate,
  { tree: wanted, seen, object }: Wanted,
): Promise<Landed | undefined> {
  const { tree, branches } = update;
  if (seen === undefined || seen === tree.commit) return undefined;
  const found: ReadCommit | undefined = object
    ? readCommit(object)
    : await bringCommit(tree, seen, branches.pushRef);
  if (found?.tree !== wanted || found.reconcileId === undefined) return undefined;
  if (found.parents.length !== 1 || found.parents[0] !== tree.commit) return undefined;
  return { id: seen, ...found, isAdopted: true };
}

async function newCommit(update: BranchUpdate, { updated }: Edit, tree: string): Promise<Buffer> {
  const { automation, reconcileId, sign, now } = update;
  const message = withTrailer(commitMessageOf(automation, updated), reconcileId);
  const author = automation.spec.git?.commit.author ?? { email: '' };
  return await sign(commitObject({ tree, parent: update.tree.commit, author, time: now(), message }));
}

function notOnBranch({ branches, resolved }: BranchUpdate): Error {
  return failed(
    Reason.GitOperationFailed,
    `failed to update source: ${resolved.revision} is not the head of branch '${branches.push}', so a commit on it cannot go there; set spec.git.push.branch to another branch`,
  );
}

import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { commitMessageOf } from './commit-message-of.ts';
import { commitObject, readCommit, withTrailers } from './commit-object.ts';
import type { Edit } from './edit.ts';
import { madeBy, makerOf } from './made-by.ts';
import { pushCommit } from './push.ts';
import { pushRefspec } from './push-refspec.ts';
import { isApart, type Stack } from './stack.ts';
import type { BranchUpdate, Landed } from './update-branch.ts';
import { writeCommit, writeTree } from './write-tree.ts';

/**
 * Brings an edit to the push branch as one commit on the base of its stack, or finds it there. `raced` when a ref has
 * moved meanwhile. Throws GitOperationFailed.
 */
export async function pushBranch(update: BranchUpdate, stack: Stack, edit: Edit): Promise<Landed | 'raced'> {
  const { tree, branches } = update;
  const { top, base, own, dropped } = stack;
  const id = await writeTree({ ...tree, commit: base }, edit.files);
  const [there, ...more] = own;
  if (there?.tree === id && more.length === 0) {
    const landed = { ...there, isAdopted: true };
    return (await pushRefspec(update, landed)) ? landed : 'raced';
  }
  if (!branches.switched && top !== undefined && top !== base) throw notOnBranch(update);

  const object = await newCommit(update, base, { tree: id, edit });
  const commit = await writeCommit(tree, object);
  update.passed('image.committed');
  // Before the push: who dies behind it would have asked nobody, and who comes too early loses the race or wins it.
  if (dropped.length > 0) await update.onDropped(dropped);
  update.assertMayWrite();
  const { pushRef: ref, options } = branches;
  if (!(await pushCommit(tree, { commit, ref, seen: top, options }))) return 'raced';
  update.passed('image.pushed');
  const landed = { id: commit, ...readCommit(object), isAdopted: false };
  return (await pushRefspec(update, landed)) ? landed : 'raced';
}

/**
 * Takes the own commits off a push branch of its own, where the policies have gone back to what is below them. Answers
 * false for a race. Throws GitOperationFailed.
 */
export async function withdraw(update: BranchUpdate, { top, base, dropped }: Stack): Promise<boolean> {
  const { tree, branches } = update;
  if (dropped.length > 0) await update.onDropped(dropped);
  update.assertMayWrite();
  const { pushRef: ref, options } = branches;
  if (!(await pushCommit(tree, { commit: base, ref, seen: top, options }))) return false;
  return await pushRefspec(update, { id: base, isAdopted: false });
}

interface Content {
  /** The tree with the edit. */
  readonly tree: string;
  readonly edit: Edit;
}

async function newCommit(update: BranchUpdate, parent: string, { tree, edit }: Content): Promise<Buffer> {
  const { automation, branches, reconcileId, sign, now } = update;
  const maker = makerOf(automation);
  const message = withTrailers(commitMessageOf(automation, edit.updated), {
    reconcileId,
    madeBy: isApart(update) ? madeBy(maker, branches, { tree, parents: [parent] }) : undefined,
  });
  const author = automation.spec.git?.commit.author ?? { email: '' };
  return await sign(commitObject({ tree, parent, author, time: now(), message }));
}

function notOnBranch({ branches, resolved }: BranchUpdate): Error {
  return failed(
    Reason.GitOperationFailed,
    `failed to update source: ${resolved.revision} is not the head of branch '${branches.push}', so a commit on it cannot go there; set spec.git.push.branch to another branch`,
  );
}

import { ApplicationFailure } from '@temporalio/common';
import type { ImageRef } from '../../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Reason } from '../../../api/reasons.ts';
import type { FaultPoint } from '../../fault.ts';
import type { ResolvedRef } from '../../fetch/resolve.ts';
import type { Branches } from './branches.ts';
import type { UpdatedFile } from './changes.ts';
import type { ReadCommit } from './commit-object.ts';
import { type Edit, editFiles } from './edit.ts';
import { findMarked, type Tree } from './find-marked.ts';
import { findOurs } from './history.ts';
import type { Maker } from './made-by.ts';
import { hasObserved } from './policies.ts';
import { pushBranch, withdraw } from './push-branch.ts';
import { pushRefspec } from './push-refspec.ts';
import { isApart, readStack, type Stack } from './stack.ts';

/** What an update did; small enough to travel. */
export interface UpdateResult {
  /** What was checked out, such as `main@sha1:<id>`. */
  readonly revision: string;
  /** The push branch is another one than that of the checkout. */
  readonly switched: boolean;
  /** The push branch. */
  readonly branch: string;
  /** The commit of this reconcile; undefined when there was nothing to change. */
  readonly pushed?: Pushed;
  readonly files: number;
  readonly changes: number;
  /** Files that were skipped and markers that lead nowhere, as sentences: the first few. */
  readonly problems: readonly string[];
  /** The checkout is what the policies want: nothing was edited. */
  readonly upToDate: boolean;
}

export interface Pushed {
  readonly commit: string;
  /** `<branch>@sha1:<id>`. */
  readonly revision: string;
  /** Where it was pushed to as well, as the spec has it. */
  readonly refspecs: readonly string[];
  /** Without our trailer, 2048 characters at most. */
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
  /** It was there already: an earlier attempt, or an earlier reconcile of the same, has pushed it. */
  readonly isAdopted: boolean;
}

/** What the push branch changes of the base branch; stays in the process. */
export interface BranchChanges {
  /** Undefined when a tag or a commit was checked out. */
  readonly base: string | undefined;
  readonly head: string;
  readonly message: string;
  readonly files: readonly UpdatedFile[];
}

/** One attempt: what was asked for, and where the refs of the remote were at its beginning. */
export interface BranchUpdate {
  readonly automation: ImageUpdateAutomation;
  readonly images: ReadonlyMap<string, ImageRef>;
  readonly reconcileId: string;
  readonly branches: Branches;
  readonly path: string;
  readonly tree: Tree;
  readonly resolved: ResolvedRef;
  /** Where the other refs were, by their full names. */
  readonly heads: ReadonlyMap<string, string>;
  /** Adds a signature to the bytes of a commit; as they are when nothing signs. */
  readonly sign: (commit: Buffer) => Promise<Buffer>;
  readonly now: () => Date;
  /** Asked right before each push. Throws when this attempt must not write any more. */
  readonly assertMayWrite: () => void;
  readonly passed: (point: FaultPoint) => void;
  readonly onChanges: (changes: BranchChanges) => void;
  /** Told, right before a push, whose commits it takes away. */
  readonly onDropped: (others: readonly Maker[]) => Promise<void>;
}

/** A commit on the push branch, and whether somebody before us has put it there. */
export interface Landed extends ReadCommit {
  readonly id: string;
  readonly isAdopted: boolean;
}

const MOST_PROBLEMS = 5;
const LONGEST_PROBLEM = 300;
const LONGEST_MESSAGE = 2048;

/** Edits, commits and pushes once; `raced` when a ref has moved meanwhile. Throws what the status shall say. */
export async function updateBranch(update: BranchUpdate): Promise<UpdateResult | 'raced'> {
  const { branches } = update;
  const stack = await readStack(update);
  const edit = await editAt(update, stack.base);
  update.passed('image.edited');
  if (edit.files.length === 0 && (await isWithdrawn(update, stack))) {
    return (await withdraw(update, stack)) ? resultOf(update, edit) : 'raced';
  }
  const landed = edit.files.length > 0 ? await pushBranch(update, stack, edit) : await adopt(update, stack);
  if (landed === 'raced') return landed;
  if (branches.switched)
    await tellChanges(update, stack, { edit, message: (landed ?? stack.newest)?.message });
  return resultOf(update, edit, landed);
}

interface Told {
  readonly edit: Edit;
  /** Of the newest own commit; undefined where there is none. */
  readonly message: string | undefined;
}

/** Tells all that this automation changes of the checkout, not by its last commit alone. */
async function tellChanges(update: BranchUpdate, stack: Stack, { edit, message }: Told): Promise<void> {
  if (message === undefined) return;
  const { tree, branches, resolved } = update;
  const { updated: files } = stack.base === tree.commit ? edit : await editAt(update, tree.commit);
  if (files.length === 0) return;
  const base = resolved.ref?.startsWith('refs/heads/') ? resolved.ref.slice('refs/heads/'.length) : undefined;
  update.onChanges({ base, head: branches.push, message, files });
}

/**
 * Whether the push branch proposes what policies have gone back from. One that is gone, maybe for a moment, wants nothing
 * else than what is there: who reviews it keeps it.
 */
async function isWithdrawn(update: BranchUpdate, { top, base, newest }: Stack): Promise<boolean> {
  if (!update.branches.switched || newest === undefined || top === undefined || top === base) return false;
  try {
    return (await editAt(update, top)).files.length > 0;
  } catch (error) {
    // A branch that the checkout has left behind need not have what spec.update.path names.
    if (error instanceof ApplicationFailure && error.type === Reason.UpdateFailed) return false;
    throw error;
  }
}

async function editAt(update: BranchUpdate, commit: string): Promise<Edit> {
  const { automation, images, path } = update;
  const tree = { ...update.tree, commit };
  return await editFiles(tree, await findMarked(tree, path), { images, isOurs: oursOf(automation) });
}

/**
 * Whether a marker is this automation's business: others of the same repository have their own namespaces, or their own
 * share of the policies.
 */
function oursOf({ metadata, spec }: ImageUpdateAutomation): (setter: string) => boolean {
  const isAll = Object.values(spec.policySelector ?? {}).every(
    (part) => Object.keys(part ?? {}).length === 0,
  );
  return (setter) => isAll && setter.startsWith(`${metadata.namespace}:`);
}

/**
 * The commit of an attempt that was lost after its push: the branch has all changes, and the status knows of none.
 * In a quiet interval nothing is asked for that.
 */
async function adopt(update: BranchUpdate, { top, newest }: Stack): Promise<Landed | 'raced' | undefined> {
  const { automation, tree, branches, reconcileId, images } = update;
  if (top === undefined || hasObserved(automation, images)) return undefined;
  const found = isApart(update)
    ? newest
    : await findOurs(tree, { head: top, ref: branches.pushRef, reconcileId });
  if (found?.reconcileId !== reconcileId || found.id === automation.status?.lastPushCommit) return undefined;
  // What others have pushed on top belongs to the branch that the refspec names.
  return (await pushRefspec(update, { id: top, isAdopted: true })) ? { ...found, isAdopted: true } : 'raced';
}

function resultOf({ branches, resolved }: BranchUpdate, edit: Edit, landed?: Landed): UpdateResult {
  return {
    revision: resolved.revision,
    switched: branches.switched,
    branch: branches.push,
    files: edit.files.length,
    changes: edit.updated.reduce((sum, { changes }) => sum + changes.length, 0),
    problems: edit.problems.slice(0, MOST_PROBLEMS).map((problem) => problem.slice(0, LONGEST_PROBLEM)),
    upToDate: landed === undefined,
    ...(landed && { pushed: pushedOf(branches, landed) }),
  };
}

function pushedOf({ push, refspec }: Branches, { id, message, committedAt, isAdopted }: Landed): Pushed {
  return {
    commit: id,
    revision: `${push}@${id.length === 64 ? 'sha256' : 'sha1'}:${id}`,
    refspecs: refspec ? [refspec.text] : [],
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message,
    at: `${new Date(committedAt).toISOString().slice(0, 19)}Z`,
    isAdopted,
  };
}

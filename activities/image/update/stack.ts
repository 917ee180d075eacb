import { type FoundCommit, recentCommits } from './history.ts';
import { isSameMaker, type Maker, makerIn, makerOf } from './made-by.ts';
import type { BranchUpdate } from './update-branch.ts';

/** What automations have put on the head of the checkout, on a push branch of its own. */
export interface Stack {
  /** Where the push branch was; undefined where it is not there yet. */
  readonly top: string | undefined;
  /** What a commit of this automation goes on: the head of the checkout, or what others put on it. */
  readonly base: string;
  /** The own commits on that, newest first: what is to be replaced. */
  readonly own: readonly FoundCommit[];
  /** The newest own commit of the branch, also below what others put on it, and on a head that has moved. */
  readonly newest?: FoundCommit | undefined;
  /** Others whose commits a push takes away: they are to make them again. */
  readonly dropped: readonly Maker[];
}

// Beyond that the branch is made anew, so that it does not grow for ever while nobody merges it.
const MOST_COMMITS = 100;
// How much of the branch is fetched before each look: most have one commit, and the mirror has it.
const DEPTHS = [0, 1, 10, MOST_COMMITS];
// Of more than that at once, on a branch that is too long for them, each would begin it anew for all the others.
const MOST_DROPPED = MOST_COMMITS / 2;

type Made = FoundCommit & { readonly maker: Maker };

/** Whether the push branch can be elsewhere than what is checked out. */
export function isApart({ branches, resolved }: Pick<BranchUpdate, 'branches' | 'resolved'>): boolean {
  return resolved.ref !== branches.pushRef || resolved.pinned;
}

/**
 * Reads how a push branch of its own stands to the checkout. What is not made by automations alone, or not on the head
 * of the checkout any more, is as if it were not there: the branch is made anew.
 */
export async function readStack(update: BranchUpdate): Promise<Stack> {
  const { tree, branches, heads, automation } = update;
  // Where the checkout moved after we looked, that is where the branch is.
  const top = isApart(update) ? heads.get(branches.pushRef) : tree.commit;
  if (top === undefined || top === tree.commit) return { top, base: tree.commit, own: [], dropped: [] };
  const self = makerOf(automation);
  const made = await readMade(update, top);
  const newest = made.find(({ maker }) => isSameMaker(maker, self));
  const others = made.filter(({ maker }) => !isSameMaker(maker, self));
  if (made.length >= MOST_COMMITS || made.at(-1)?.parents[0] !== tree.commit) {
    return { top, base: tree.commit, own: [], newest, dropped: distinct(others) };
  }
  const [below] = others;
  return {
    top,
    base: below?.id ?? tree.commit,
    own: below === undefined ? made : made.slice(0, made.indexOf(below)),
    newest,
    dropped: [],
  };
}

/** The commits of automations from the top of the push branch down to the checkout, or to the first by somebody else. */
async function readMade({ tree, branches }: BranchUpdate, top: string): Promise<readonly Made[]> {
  let made: readonly Made[] = [];
  const below = { head: top, ref: branches.pushRef, count: MOST_COMMITS };
  for (const depth of DEPTHS) {
    const commits = await recentCommits(tree, { ...below, depth });
    made = madeFrom(commits, top, branches);
    const last = made.at(-1);
    // What the mirror lacks may go on with commits of automations.
    if (made.length < commits.length || last?.parents[0] === tree.commit) break;
  }
  return made;
}

function madeFrom(
  commits: readonly FoundCommit[],
  top: string,
  branches: BranchUpdate['branches'],
): readonly Made[] {
  const made: Made[] = [];
  for (const commit of commits) {
    const maker = makerIn(commit, branches);
    if (maker === undefined || commit.id !== (made.at(-1)?.parents[0] ?? top)) break;
    made.push({ ...commit, maker });
  }
  return made;
}

function distinct(commits: readonly Made[]): readonly Maker[] {
  const makers = new Map(commits.map(({ maker }) => [JSON.stringify(maker), maker]));
  return makers.size > MOST_DROPPED ? [] : [...makers.values()];
}

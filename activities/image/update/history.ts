import { git } from '../../fetch/git.ts';
import { gitProblem } from '../../fetch/git-errors.ts';
import { type ReadCommit, readCommit } from './commit-object.ts';
import type { Tree } from './find-marked.ts';

/** How far back the commit of a lost attempt is looked for. */
const DEPTH = 50;
const MOST_MESSAGES = 16 * 1024 * 1024;

/** A commit and its id. */
export interface FoundCommit extends ReadCommit {
  readonly id: string;
}

/** The newest commit among the last 50 below `head` that this reconcile made; undefined when there is none. */
export async function findOurs(
  tree: Tree,
  { head, ref, reconcileId }: { readonly head: string; readonly ref: string; readonly reconcileId: string },
): Promise<FoundCommit | undefined> {
  const commits = await recentCommits(tree, { head, ref, depth: DEPTH, count: DEPTH });
  return commits.find((commit) => commit.reconcileId === reconcileId);
}

export interface Recent {
  readonly head: string;
  /** Leads to it at the remote. */
  readonly ref: string;
  /** So many commits are brought here first, since mirrors are shallow; 0 reads what is here. */
  readonly depth: number;
  readonly count: number;
}

/** The newest commits below `head` and itself, as far as the mirror has them; none when the remote has moved the ref. */
export async function recentCommits(
  tree: Tree,
  { head, ref, depth, count }: Recent,
): Promise<readonly FoundCommit[]> {
  if (depth > 0 && !(await fetch(tree, depth, ref))) return [];
  const { session, repository } = tree;
  const flags = ['-z', '--ignore-missing', `--max-count=${count}`, '--no-show-signature', '--no-mailmap'];
  const args = ['log', ...flags, '--format=raw', head];
  const log = await git(session, args, { repository, maxOutput: MOST_MESSAGES });
  return log.split('\0').flatMap((text) => fromLog(text) ?? []);
}

/** Whether `ancestor` is among the last 50 commits below `commit`, of which `ref` has all but the last. */
export async function isRecentAncestor(
  tree: Tree,
  { ancestor, commit, ref }: { readonly ancestor: string; readonly commit: string; readonly ref: string },
): Promise<boolean> {
  await fetch(tree, DEPTH, ref);
  const { session, repository } = tree;
  const list = await git(session, ['rev-list', `--max-count=${DEPTH + 1}`, commit], { repository });
  return list.split('\n').includes(ancestor);
}

/** Answers false when the remote has no such ref any more. */
async function fetch({ session, repository, isWhole }: Tree, depth: number, ref: string): Promise<boolean> {
  const flags = isWhole ? [] : [`--depth=${depth}`];
  const args = ['fetch', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...flags];
  try {
    await git(session, [...args, '--', session.url.href, ref], { repository });
    return true;
  } catch (error) {
    if (gitProblem(error) === 'missing-ref') return false;
    throw error;
  }
}

// `--format=raw` shows the object with its message indented by four spaces.
function fromLog(text: string): FoundCommit | undefined {
  const id = /^commit ([0-9a-f]+)/.exec(text)?.[1];
  if (id === undefined) return undefined;
  const start = text.indexOf('\n') + 1;
  const object = text.slice(start).replaceAll(/^ {4}/gm, '');
  return { id, ...readCommit(Buffer.from(object)) };
}

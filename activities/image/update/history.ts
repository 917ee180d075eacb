import { git } from '../../fetch/git.ts';
import { type ReadCommit, readCommit } from './commit-object.ts';
import type { Tree } from './find-marked.ts';

/** How far back the commit of a lost attempt is looked for. */
const DEPTH = 50;
const MOST_MESSAGES = 16 * 1024 * 1024;

/** A commit and its id. */
export interface FoundCommit extends ReadCommit {
  readonly id: string;
}

/**
 * The newest commit among the last 50 below `head` that this reconcile made; undefined when there is none. Brings those
 * commits here first, since mirrors are shallow.
 */
export async function findOurs(
  tree: Tree,
  { head, ref, reconcileId }: { readonly head: string; readonly ref: string; readonly reconcileId: string },
): Promise<FoundCommit | undefined> {
  await fetch(tree, DEPTH, ref);
  const { session, repository } = tree;
  const args = [
    'log',
    '-z',
    `--max-count=${DEPTH}`,
    '--no-show-signature',
    '--format=raw',
    '--no-mailmap',
    head,
  ];
  const log = await git(session, args, { repository, maxOutput: MOST_MESSAGES });
  for (const text of log.split('\0')) {
    const commit = fromLog(text);
    if (commit?.reconcileId === reconcileId) return commit;
  }
  return undefined;
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

/** Reads a commit that the mirror may lack; `ref` leads to it at the remote. */
export async function bringCommit(tree: Tree, id: string, ref: string): Promise<ReadCommit | undefined> {
  const { session, repository } = tree;
  await fetch(tree, 1, ref);
  const answer = await git(session, ['cat-file', '--batch'], { repository, input: `${id}\n` });
  const body = answer.indexOf('\n') + 1;
  return / commit \d+$/.test(answer.slice(0, body - 1))
    ? readCommit(Buffer.from(answer.slice(body)))
    : undefined;
}

async function fetch({ session, repository, isWhole }: Tree, depth: number, ref: string): Promise<void> {
  const flags = isWhole ? [] : [`--depth=${depth}`];
  const args = ['fetch', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...flags];
  await git(session, [...args, '--', session.url.href, ref], { repository });
}

// `--format=raw` shows the object with its message indented by four spaces.
function fromLog(text: string): FoundCommit | undefined {
  const id = /^commit ([0-9a-f]+)/.exec(text)?.[1];
  if (id === undefined) return undefined;
  const start = text.indexOf('\n') + 1;
  const object = text.slice(start).replaceAll(/^ {4}/gm, '');
  return { id, ...readCommit(Buffer.from(object)) };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catFiles } from './git.ts';
import type { GitSession } from './git-session.ts';

/** What we read of a commit. */
export interface CommitInfo {
  /** The first line of the message. */
  readonly subject: string;
  /** As the commit says, also where a shallow copy does not hold them. */
  readonly parents: readonly string[];
}

/** Reads the text of a commit object. */
export function parseCommit(object: Buffer): CommitInfo {
  const text = object.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? '' : text.slice(end + 2).trimStart();
  return {
    subject: (message.split('\n', 1)[0] ?? '').trim().slice(0, 256),
    parents: headers.split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice(7)] : [])),
  };
}

/** One object of `git cat-file --batch`; undefined content when the repository lacks it. */
export interface BatchObject {
  readonly content: Buffer | undefined;
}

/** Splits the output of `git cat-file --batch`: `<id> <type> <size>\n<bytes>\n`, or `<name> missing\n`. */
export function parseBatch(output: Buffer): readonly BatchObject[] {
  const objects: BatchObject[] = [];
  let position = 0;
  while (position < output.length) {
    const lineEnd = output.indexOf(0x0a, position);
    const line = output.toString('utf8', position, lineEnd < 0 ? output.length : lineEnd);
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(line)?.[1];
    const start = lineEnd < 0 ? output.length : lineEnd + 1;
    position = size === undefined ? start : start + Number(size) + 1;
    objects.push({ content: size === undefined ? undefined : output.subarray(start, start + Number(size)) });
  }
  return objects;
}

export interface DescribedCommit {
  readonly subject: string;
  /** Whether the commit before is no ancestor: somebody has forced a push. Undefined when it cannot be told. */
  readonly rewritten: boolean | undefined;
}

/**
 * Reads the subject of a commit and whether history was rewritten since the one before. Mirrors are shallow, so
 * that is answered from what was fetched one by one before; where this does not tell, nothing is downloaded for it.
 */
export async function describeCommit(
  session: GitSession,
  repository: string,
  { commit, before }: { readonly commit: string; readonly before: string | undefined },
): Promise<DescribedCommit> {
  const isNew = before !== undefined && before !== commit;
  const fetched = isNew ? await readFile(join(repository, 'shallow'), 'utf8').catch(() => '') : '';
  const ids = [...new Set([commit, ...(isNew ? [before] : []), ...fetched.split('\n').filter(Boolean)])];
  const objects = parseBatch(await catFiles(session, ids, { repository }));
  const known = new Map<string, CommitInfo>();
  for (const [i, id] of ids.entries()) {
    const content = objects[i]?.content;
    if (content) known.set(id, parseCommit(content));
  }
  const parents = new Map([...known].map(([id, info]) => [id, info.parents]));
  return {
    subject: known.get(commit)?.subject ?? '',
    rewritten: isNew ? isRewritten(parents, before, commit) : undefined,
  };
}

/** Whether `before` is no ancestor of `now`, as far as a table of commits and their parents tells. */
export function isRewritten(
  parents: ReadonlyMap<string, readonly string[]>,
  before: string,
  now: string,
): boolean | undefined {
  const ofNow = ancestors(parents, now);
  if (ofNow.seen.has(before)) return false;
  if (ofNow.isWhole) return true;
  // An ancestor of the old commit cannot descend from it: neither can a commit that has only such parents.
  const ofBefore = ancestors(parents, before).seen;
  const direct = parents.get(now);
  return ofBefore.has(now) || direct?.every((parent) => ofBefore.has(parent)) ? true : undefined;
}

function ancestors(parents: ReadonlyMap<string, readonly string[]>, from: string) {
  const seen = new Set<string>();
  let isWhole = true;
  for (const queue = [from]; queue.length > 0; ) {
    const id = queue.pop() as string;
    if (seen.has(id)) continue;
    seen.add(id);
    const next = parents.get(id);
    if (next === undefined) isWhole = false;
    else queue.push(...next);
  }
  return { seen, isWhole };
}

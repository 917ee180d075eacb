import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What we read of a commit. */
export interface CommitInfo {
  /** The first line of the message. */
  readonly subject: string;
  /** As the commit says, also where a shallow copy does not hold them. */
  readonly parents: readonly string[];
}

/** Reads the text of a commit object. */
function parseCommit(object: Buffer): CommitInfo {
  const text = object.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? '' : text.slice(end + 2).trimStart();
  return {
    subject: (message.split('\n', 1)[0] ?? '').trim().slice(0, 256),
    parents: headers.split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice(7)] : [])),
  };
}

/** Splits the output of `git cat-file --batch`: `<id> <type> <size>\n<bytes>\n`, or `<name> missing\n` (undefined). */
export function parseBatch(output: Buffer): readonly (Buffer | undefined)[] {
  const objects: (Buffer | undefined)[] = [];
  let position = 0;
  while (position < output.length) {
    const lineEnd = output.indexOf(0x0a, position);
    const line = output.toString('utf8', position, lineEnd < 0 ? output.length : lineEnd);
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(line)?.[1];
    const start = lineEnd < 0 ? output.length : lineEnd + 1;
    position = size === undefined ? start : start + Number(size) + 1;
    objects.push(size === undefined ? undefined : output.subarray(start, start + Number(size)));
  }
  return objects;
}

export interface DescribedCommit {
  readonly subject: string;
  /** Whether the commit before is no ancestor: somebody has forced a push. Undefined when it cannot be told. */
  readonly rewritten: boolean | undefined;
}

export interface CommitStep {
  readonly commit: string;
  /** The commit of the artifact that is being replaced. */
  readonly before: string | undefined;
}

/**
 * The commits that tell what a new one is: itself and, to see a rewritten history, those that were fetched one by
 * one before. Mirrors are shallow: where these do not tell, nothing is downloaded for it.
 */
export async function commitsToRead(
  repository: string,
  { commit, before }: CommitStep,
): Promise<readonly string[]> {
  if (before === undefined || before === commit) return [commit];
  const fetched = await readFile(join(repository, 'shallow'), 'utf8').catch(() => '');
  return [...new Set([commit, before, ...fetched.split('\n').filter(Boolean)])];
}

/** Describes a commit from the objects of {@link commitsToRead}, in the same order. */
export function describeCommit(
  { commit, before }: CommitStep,
  ids: readonly string[],
  objects: readonly (Buffer | undefined)[],
): DescribedCommit {
  const known = new Map<string, CommitInfo>();
  for (const [i, id] of ids.entries()) {
    const content = objects[i];
    if (content) known.set(id, parseCommit(content));
  }
  const parents = new Map([...known].map(([id, info]) => [id, info.parents]));
  return {
    subject: known.get(commit)?.subject ?? '',
    rewritten: before === undefined || before === commit ? undefined : isRewritten(parents, before, commit),
  };
}

/** Whether `before` is no ancestor of `now`, as far as a table of commits and their parents tells. */
function isRewritten(
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

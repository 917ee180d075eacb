import { diff } from 'node:util';

/** A piece of a unified diff: where it begins on both sides, from 1, and its lines with ` `, `-` or `+` before each. */
export interface Hunk {
  readonly before: number;
  readonly after: number;
  readonly lines: readonly string[];
}

const CONTEXT = 3;
// The search for the shortest way takes time and memory by the square of what differs.
const MOST_SEARCHED = 2_000;

type Op = readonly [mark: ' ' | '-' | '+', line: string];

/** What turns one text into another, with three unchanged lines around; none when they are equal. */
export function diffLines(before: string, after: string): readonly Hunk[] {
  const ops = opsOf(before.split('\n'), after.split('\n'));
  const isNear = nearChanges(ops);
  const hunks: { before: number; after: number; lines: string[] }[] = [];
  let [oldLine, newLine, isOpen] = [1, 1, false];
  for (const [at, [mark, line]] of ops.entries()) {
    if (isNear[at] && !isOpen) hunks.push({ before: oldLine, after: newLine, lines: [] });
    isOpen = isNear[at] ?? false;
    if (isOpen) hunks.at(-1)?.lines.push(`${mark}${line}`);
    if (mark !== '+') oldLine += 1;
    if (mark !== '-') newLine += 1;
  }
  return hunks;
}

function nearChanges(ops: readonly Op[]): readonly boolean[] {
  const isNear = ops.map(() => false);
  for (const [at, [mark]] of ops.entries()) {
    if (mark !== ' ') isNear.fill(true, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  }
  return isNear;
}

/** Equal ends need no search. */
function opsOf(before: readonly string[], after: readonly string[]): readonly Op[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (lines: readonly string[]): Op[] => lines.map((line) => [' ', line]);
  return [
    ...same(before.slice(0, head)),
    ...changed(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

const MARKS = { '-1': '+', '0': ' ', '1': '-' } as const;

function changed(before: readonly string[], after: readonly string[]): readonly Op[] {
  const isEmpty = before.length === 0 || after.length === 0;
  if (isEmpty || before.length + after.length > MOST_SEARCHED) return replaced(before, after);
  return diff(before, after).map(([operation, line]) => [MARKS[operation], line] as const);
}

function replaced(before: readonly string[], after: readonly string[]): readonly Op[] {
  const removed = before.map((line) => ['-', line] as const);
  return [...removed, ...after.map((line) => ['+', line] as const)];
}

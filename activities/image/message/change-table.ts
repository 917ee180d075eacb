import type { ObjectChange, ObjectId, UpdatedFile } from '../update/changes.ts';

const MOST_ROWS = 300;
const LONGEST_CELL = 200;

/**
 * The changes of an update as a table in Markdown, one row for each marked scalar, the first 300 of them. Whatever the
 * files hold is shown as code, so that nothing in it is markup, a link or a mention.
 */
export function changeTable(files: readonly UpdatedFile[]): string {
  const changes = files.flatMap(({ path, changes }) => changes.map((change) => rowOf(path, change)));
  const rows = changes.slice(0, MOST_ROWS);
  const rest = changes.length - rows.length;
  const table = ['| File | Object | Policy | From | To |', '|---|---|---|---|---|', ...rows].join('\n');
  return rest === 0 ? table : `${table}\n\nand ${rest} more`;
}

function rowOf(path: string, { object, change }: ObjectChange): string {
  const { setter, oldValue, newValue } = change;
  return `| ${[path, nameOf(object), setter, oldValue, newValue].map(code).join(' | ')} |`;
}

function nameOf({ kind, namespace, name }: ObjectId): string {
  return [kind, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ');
}

/**
 * A code span (https://github.github.com/gfm/#code-spans) in a cell. A bar would end the cell also in there, and behind
 * a backslash even an escaped one: it becomes one that looks like it.
 */
function code(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  if (line === '') return '';
  const shown = line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
  const runs = shown.match(/`+/g) ?? [];
  // A span ends at a run of as many backticks as it began with.
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  const space = runs.length > 0 ? ' ' : '';
  return `${fence}${space}${shown.replaceAll('|', '¦')}${space}${fence}`;
}

import { isMap, isScalar, type Node, type Pair, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { quotedYaml } from '../../../api/formats/stringify-manifests.ts';
import { isSafePlainString } from '../../../api/formats/yaml-scalar.ts';

/** Strings to set in a mapping, nested like it. */
export interface Wanted {
  readonly [key: string]: string | Wanted;
}

/** Replaces the characters from `start` up to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text has a shape in which what is wanted cannot be set without touching what somebody else refers to. */
export class UnwieldyError extends Error {}

/**
 * The edits of a document's text that set what is wanted in one of its mappings and leave every other byte. New keys
 * come before the first one, so that the end of a mapping need not be found. Throws {@link UnwieldyError} where
 * anchors, aliases, merged or explicit keys are in the way.
 */
export function editsOf(text: string, map: YAMLMap, wanted: Wanted): Edit[] {
  assertPlain(map);
  const edits: Edit[] = [];
  const missing: [string, string | Wanted][] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const pair = pairOf(map, key);
    if (!pair) missing.push([key, value]);
    else edits.push(...valueEdits(text, pair, value, map.flow ?? false));
  }
  return missing.length === 0 ? edits : [...edits, insertion(text, map, Object.fromEntries(missing))];
}

function assertPlain(node: Node & { anchor?: string }): void {
  if (node.anchor !== undefined || node.tag !== undefined) throw new UnwieldyError();
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  const pairs = map.items.filter((pair) => {
    if (!isScalar(pair.key)) throw new UnwieldyError();
    if (pair.key.source === '<<') throw new UnwieldyError();
    return pair.key.value === key;
  });
  if (pairs.length > 1) throw new UnwieldyError();
  return pairs[0];
}

function valueEdits(text: string, pair: Pair, wanted: string | Wanted, isInFlow: boolean): Edit[] {
  const { value } = pair;
  if (isMap(value) && typeof wanted === 'object') return editsOf(text, value, wanted);
  if (isNothing(value)) return [behindColon(pair, flow(wanted))];
  if (!isScalar(value) || !isReplaceable(value, wanted)) throw new UnwieldyError();
  assertPlain(value);
  if (says(value, wanted)) return [];
  const [start, end] = rangeOf(value);
  return [{ start, end, text: isInFlow ? flow(wanted) : inline(wanted) }];
}

function isNothing(value: unknown): boolean {
  if (value === null) return true;
  return isScalar(value) && value.type === 'PLAIN' && value.source === '' && value.anchor === undefined;
}

/** Whether the value stands on its line alone, and is no text where a mapping belongs. */
function isReplaceable({ type, source = '' }: Scalar, wanted: string | Wanted): boolean {
  if (typeof wanted === 'object') return type === 'PLAIN' && /^(~|null|Null|NULL)$/.test(source);
  return type === 'PLAIN' || type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
}

/** Whether every reader takes the value for the wanted string as it is. */
function says({ type, value, source = '' }: Scalar, wanted: string | Wanted): boolean {
  return value === wanted && (type !== 'PLAIN' || isSafePlainString(source));
}

/** For a key without a value: `labels:`. */
function behindColon({ srcToken }: Pair, value: string): Edit {
  const separators = srcToken && 'sep' in srcToken ? (srcToken.sep ?? []) : [];
  const colon = separators.find(({ type }) => type === 'map-value-ind');
  const hasProps = separators.some(({ type }) => type === 'anchor' || type === 'tag');
  if (!colon || hasProps) throw new UnwieldyError();
  const start = colon.offset + 1;
  return { start, end: start, text: ` ${value}` };
}

function insertion(text: string, map: YAMLMap, wanted: Wanted): Edit {
  if (map.flow) {
    const start = rangeOf(map)[0] + 1;
    const separator = map.items.length > 0 ? ', ' : '';
    return { start, end: start, text: flow(wanted).slice(1, -1) + separator };
  }
  const [first] = map.items;
  if (!first || !isScalar(first.key) || isExplicit(first)) throw new UnwieldyError();
  assertPlain(first.key);
  const [start] = rangeOf(first.key);
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  // In the items of a list the first key stands behind a dash.
  if (!/^[ -]*$/.test(before)) throw new UnwieldyError();
  const indent = ' '.repeat(before.length);
  const lines = block(wanted).map((line) => `${line}${lineBreakOf(text)}${indent}`);
  return { start, end: start, text: lines.join('') };
}

function isExplicit({ srcToken }: Pair): boolean {
  return (srcToken?.start ?? []).some(({ type }) => type === 'explicit-key-ind');
}

function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

function block(wanted: Wanted): string[] {
  return Object.entries(wanted).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [`${inline(key)}: ${inline(value)}`]
      : [`${inline(key)}:`, ...block(value).map((line) => `  ${line}`)],
  );
}

function inline(wanted: string | Wanted): string {
  return typeof wanted === 'string' && isSafePlainString(wanted) ? wanted : flow(wanted);
}

function flow(wanted: string | Wanted): string {
  if (typeof wanted === 'string') return quotedYaml(wanted);
  return `{${Object.entries(wanted)
    .map(([key, value]) => `${quotedYaml(key)}: ${flow(value)}`)
    .join(', ')}}`;
}

function rangeOf(node: Node): readonly [number, number, number] {
  const { range } = node as ParsedNode;
  return range;
}

import { resolvePlainScalar } from '../../../api/formats/yaml-scalar.ts';
import type { MarkedScalar } from './marked-scalars.ts';

/** Text to stand in place of another. Offsets count UTF-16 units. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The edits that make a scalar hold a text, as a string for readers of any YAML version: in the style it has, quoted
 * where it would else be read as something else. A tag stays unless it says that this is no string.
 */
export function editsFor(marked: MarkedScalar, value: string): Edit[] {
  const { place, scalar, tag } = marked;
  const { start, end, isInFlow } = place;
  const untagged = tag && isOtherType(scalar.tag) ? [{ ...spanOf(tag), text: '' }] : [];
  switch (scalar.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return [...untagged, ...editsOfBlock(marked, value)];
    case 'QUOTE_SINGLE':
      return [...untagged, { start, end, text: singleQuoted(value) }];
    case 'PLAIN':
      return [...untagged, { start, end, text: isPlain(value, isInFlow) ? value : doubleQuoted(value) }];
    default:
      return [...untagged, { start, end, text: doubleQuoted(value) }];
  }
}

/** Whether a scalar that holds the right text is yet a number or a truth value to Kubernetes. */
export function isNoString({ scalar }: MarkedScalar): boolean {
  if (scalar.tag !== undefined) return isOtherType(scalar.tag);
  const value = scalar.type === 'PLAIN' ? resolvePlainScalar(scalar.source) : '';
  return value !== null && typeof value !== 'string';
}

function isOtherType(tag: string | undefined): boolean {
  return tag !== undefined && /^tag:yaml\.org,2002:(?!str$)/.test(tag);
}

function spanOf(tag: NonNullable<MarkedScalar['tag']>): { readonly start: number; readonly end: number } {
  return { start: tag.start, end: tag.start + tag.text.length };
}

/** A block scalar keeps its comment and its indentation, and ends without a line break. */
function editsOfBlock({ place: { text, start, end } }: MarkedScalar, value: string): Edit[] {
  const source = text.slice(start, end);
  const indicators = /^[|>][^\s#]*/.exec(source)?.[0] ?? '';
  const header = { start, end: start + indicators.length };
  const bodyStart = (source.indexOf('\n') + 1 || source.length) + start;
  const body = text.slice(bodyStart, end);
  const indent = /^( *)[^ \r\n]/m.exec(body)?.[1] ?? '';
  const bodyEnd = bodyStart + lengthOfBody(body, indent.length);
  const isBlock = indent !== '' && isPrintableLine(value);
  const line = isBlock && value !== '' ? indent + value : '';
  return [
    // Without a line to begin with, nothing tells how deep its text would stand.
    { ...header, text: isBlock ? `${indicators.slice(0, 1)}-` : doubleQuoted(value) },
    { start: bodyStart, end: bodyEnd, text: line },
  ];
}

/** Without the empty lines at the end. Of spaces that stand deeper than the text, a line is not empty. */
function lengthOfBody(body: string, indent: number): number {
  const lines = body.split('\n');
  while (lines.length > 0 && isEmptyLine(lines.at(-1) ?? '', indent)) lines.pop();
  return lines.join('\n').replace(/\r$/, '').length;
}

function isEmptyLine(line: string, indent: number): boolean {
  const spaces = /^( *)\r?$/.exec(line)?.[1];
  return spaces !== undefined && spaces.length <= indent;
}

// Names and tags of images. In brackets older readers stop at a colon.
const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9._/@:+-]*[A-Za-z0-9._/@+-])?$/;
const PLAIN_IN_FLOW = /^[A-Za-z0-9][A-Za-z0-9._/@+-]*$/;

// Numbers of any size, base-60 numbers and dates: not all readers agree with the one of Kubernetes.
const NUMBER_OR_DATE =
  /^(?:[\d_]+(?:\.[\d_]*)?(?:[eE][-+]?\d+)?|0[xob][\da-f_]+|[\d_]+(?::\d+)+(?:\.[\d_]*)?|\d{4}-\d\d?-\d\d?(?:t.*)?)$/i;

function isPlain(value: string, isInFlow: boolean): boolean {
  return (
    (isInFlow ? PLAIN_IN_FLOW : PLAIN).test(value) &&
    !NUMBER_OR_DATE.test(value) &&
    typeof resolvePlainScalar(value) === 'string'
  );
}

function isPrintableLine(value: string): boolean {
  return /^[\x21-\x7e]*$/.test(value);
}

function singleQuoted(value: string): string {
  return isPrintableLine(value) ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}

/** JSON's quotes are YAML's; what YAML takes for a line break or does not allow is escaped besides. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

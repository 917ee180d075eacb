import { parseDocument } from 'yaml';
import { IndexError } from './index-collector.ts';

/** A key of a mapping with everything that belongs to it, as text. */
export interface Piece {
  readonly key: string;
  /** What stands behind the colon. */
  readonly inline: string;
  readonly indent: number;
  /** From 1. */
  readonly line: number;
  readonly more: string[];
}

const KEY = /^(?:([\w./-]+)|"([^"\\]*)"|'([^']*)') *:(?: +(.*))?$/;
const DOUBLE = /^"([^"\\]*)"$/;
const SINGLE = /^'([^']*)'$/;
// How plain text begins that no reader of YAML takes for anything else, and what ends it: a colon or a remark.
const PLAIN_START = /^[A-Za-z0-9_/(.$<=^~+]/;
const PLAIN_END = /:(?:\s|$)|\s#/;
const BLOCK = /(?:^|[:-] +)[|>][+-]?[1-9]?[+-]?$/;

/** Splits `key: value`; undefined when the text is nothing that simple. */
export function splitKey(text: string): { readonly key: string; readonly inline: string } | undefined {
  const [, plain, double, single, inline = ''] = KEY.exec(text) ?? [];
  const key = plain ?? double ?? single;
  return key === undefined ? undefined : { key, inline: inline.startsWith('#') ? '' : inline.trimEnd() };
}

/** The text of a scalar that stands on one line and needs no reader of YAML; undefined for all others. */
export function simpleScalar(text: string): string | undefined {
  if (text === '' || (PLAIN_START.test(text) && !PLAIN_END.test(text))) return text;
  return DOUBLE.exec(text)?.[1] ?? SINGLE.exec(text)?.[1];
}

/** The value of a key: text, a list of text, or what the YAML library makes of it. Throws {@link IndexError}. */
export function valueOf(piece: Piece): unknown {
  const more = piece.more.filter((line) => line.trim() !== '');
  if (more.length === 0) {
    if (piece.inline === '[]') return [];
    const simple = simpleScalar(piece.inline);
    if (simple !== undefined) return simple;
  } else if (piece.inline === '') {
    const items = more
      .map((line) => /^ *- +(.*?) *$/.exec(line)?.[1])
      .map((item) => item && simpleScalar(item));
    if (items.every((item) => item !== undefined)) return items;
  }
  return parsed(piece);
}

/** Sees to it that what nobody asks for is YAML as well: quickly where the text is plain, otherwise by the library. */
export function checkPiece(piece: Piece): void {
  if (isBlock(piece.inline)) return;
  if (simpleScalar(piece.inline) === undefined || !piece.more.every(plainLines(piece.indent))) parsed(piece);
}

/** Tells lines that need no reader; the content of a block scalar is skipped. */
function plainLines(indent: number): (line: string) => boolean {
  let blockAt = Number.POSITIVE_INFINITY;
  return (line) => {
    const text = line.trimStart();
    if (text === '' || text.startsWith('# ')) return true;
    const at = line.length - text.length;
    if (at > blockAt) return true;
    blockAt = Number.POSITIVE_INFINITY;
    if (at < indent) return false;
    const content = text.replace(/^(?:- +)+/, '');
    const value = splitKey(content)?.inline ?? content.trimEnd();
    if (isBlock(value)) blockAt = at;
    return isBlock(value) || content === '-' || simpleScalar(value) !== undefined;
  };
}

function isBlock(value: string): boolean {
  return BLOCK.test(value);
}

function parsed({ key, inline, indent, line, more }: Piece): unknown {
  const text = [`${' '.repeat(indent)}${JSON.stringify(key)}: ${inline}`, ...more].join('\n');
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    logLevel: 'silent',
    keepSourceTokens: false,
  });
  const [problem] = document.errors;
  if (problem) {
    const within = text.slice(0, problem.pos[0]).split('\n').length - 1;
    throw new IndexError(`line ${line + within}: ${problem.message}`);
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof value === 'object' && value !== null ? Object.values(value)[0] : value;
  } catch (error) {
    throw new IndexError(`line ${line}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

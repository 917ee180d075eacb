import { parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import { resolvePlainScalar } from '../../api/formats/yaml-scalar.ts';
import { type ScalarStyle, scalarStyle, writeScalar } from './go-scalar.ts';

/** Replaces the variables in a piece of YAML text. */
export type Evaluate = (yaml: string) => string;

/** Where a string stands: what a value may become depends on it. */
export type Position = 'value' | 'item' | 'key';

/**
 * What a string becomes when its YAML text is substituted and read again. A value that is YAML itself, as
 * `[a, b]`, becomes that; it never gets out of the place where its string stood. Throws when it is no YAML there.
 */
export function substituteScalar(text: string, position: Position, evaluate: Evaluate): unknown {
  const style = scalarStyle(text);
  if (style === 'plain' || style === 'literal') {
    const result = evaluate(text);
    if (result === text) return text;
    const known = style === 'plain' ? readPlain(result) : keepLiteral(text, result);
    if (known !== UNKNOWN && position !== 'key') return known;
  }
  return readInPlace(text, style, position, evaluate);
}

const UNKNOWN = Symbol('needs a parser');

/** The common results, without a parser: text, numbers and words that nothing but a plain scalar can be. */
function readPlain(result: string): unknown {
  if (
    /[\t\n\r\x85\u2028\u2029]|: |:$| #/.test(result) ||
    /^[\s#,[\]{}&*!|>'"%@`?:]|^-(?: |$)|^---|^\.\.\.| $/.test(result)
  )
    return UNKNOWN;
  const value = resolvePlainScalar(result);
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : UNKNOWN;
  return typeof value === 'number' ? UNKNOWN : value;
}

/** A block keeps its text, unless the result begins or ends in another way than it was written for. */
function keepLiteral(text: string, result: string): unknown {
  const isAlike = /^[^\s]/.test(text) && /^[^\s]/.test(result) && lineEnds(text) === lineEnds(result);
  return isAlike && /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff]*$/.test(result) ? result : UNKNOWN;
}

function lineEnds(text: string): string {
  return /[\s]*$/.exec(text)?.[0] ?? '';
}

function readInPlace(text: string, style: ScalarStyle, position: Position, evaluate: Evaluate): unknown {
  const written = writeScalar(text, style === 'literal' && position === 'key' ? 'double' : style);
  const result = evaluate(written);
  if (result === written) return text;
  const lead = { value: 'v: ', item: '- ', key: '' }[position];
  const [document, ...others] = parseYamlDocuments(`${lead}${result}${position === 'key' ? ': 0' : ''}\n`, {
    file: 'the substituted text',
  });
  const found = others.length === 0 ? only(document?.value, position) : [];
  if (found.length !== 1 || (position === 'key' && (found[0] === 'null' || found[0] === '<<')))
    throw new Error('the substituted text is not one value');
  return found[0];
}

/** The one thing that was read; a second key or item came from inside a value, and would be another field. */
function only(value: unknown, position: Position): readonly unknown[] {
  if (position === 'item') return Array.isArray(value) ? value : [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return position === 'key' ? Object.keys(value) : Object.values(value);
}

function isSafe(value: bigint): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
}

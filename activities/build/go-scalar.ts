import { resolvePlainScalar } from '../../api/formats/yaml-scalar.ts';
import { isGoTimestamp } from './go-timestamp.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/**
 * How go.yaml.in/yaml/v2 writes a string (encode.go `stringv`, emitterc.go `analyze_scalar` and
 * `select_scalar_style`). Flux substitutes in that text, so it decides what a value may become:
 * `${REPLICAS}` is written plain, whatever quotes it had in Git, and turns into a number.
 */
export function scalarStyle(text: string): ScalarStyle {
  const wanted = text.includes('\n') ? 'literal' : readsAsString(text) ? 'plain' : 'double';
  const { isPlain, isSingle, isLiteral } = analyze(text);
  if (wanted === 'literal') return isLiteral ? 'literal' : 'double';
  if (wanted === 'double' || isPlain) return wanted;
  return isSingle ? 'single' : 'double';
}

/** The string as a YAML value of that style, to stand behind `key: ` or `- ` at the start of a line; without the last line break. */
export function writeScalar(text: string, style: ScalarStyle): string {
  switch (style) {
    case 'plain':
      return text;
    case 'single':
      return `'${text.replaceAll("'", "''")}'`;
    case 'double':
      // The original takes every character for a byte order mark if the first one is.
      return `"${text.replace(text.startsWith('\ufeff') ? /./gsu : NEEDS_ESCAPE, escape)}"`;
    case 'literal': {
      // An empty line stays empty; all others are indented.
      const lines = text.replace(/\n$/, '').replace(/^(?=.)/gm, '  ');
      return `|${/^[ \n]/.test(text) ? '2' : ''}${chomping(text)}\n${lines}`;
    }
  }
}

const PRINTABLE = /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;
const NEEDS_ESCAPE = /["\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;
const BREAK = /[\n\u2028\u2029]/;
const INDICATOR_FIRST = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$)|---|\.\.\.)/;
const INDICATOR_INSIDE = /.:(?:[ \t]|$)|[ \t\n\u2028\u2029]#/s;

function analyze(text: string): { isPlain: boolean; isSingle: boolean; isLiteral: boolean } {
  if (text === '') return { isPlain: true, isSingle: true, isLiteral: false };
  const isSpecial = !PRINTABLE.test(text) || / [\n\u2028\u2029]/.test(text);
  const hasBreakBeforeSpace = /[\n\u2028\u2029] /.test(text);
  const isPlain =
    !isSpecial &&
    !BREAK.test(text) &&
    !/^ | $/.test(text) &&
    !INDICATOR_FIRST.test(text) &&
    !INDICATOR_INSIDE.test(text);
  return {
    isPlain,
    isSingle: !isSpecial && !hasBreakBeforeSpace,
    isLiteral: !isSpecial && !text.endsWith(' '),
  };
}

// Sexagesimals and dates are strings to Go, and yet written in quotes, for other readers' sake.
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function readsAsString(text: string): boolean {
  return typeof resolvePlainScalar(text) === 'string' && !SEXAGESIMAL.test(text) && !isGoTimestamp(text);
}

function chomping(text: string): string {
  if (!text.endsWith('\n')) return '-';
  return text === '\n' || text.endsWith('\n\n') ? '+' : '';
}

// libyaml's short escapes, in the same order.
const ESCAPED = '\0\x07\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029';
const SHORT = '0abtnvfre"\\N_LP';

function escape(character: string): string {
  const short = ESCAPED.indexOf(character);
  if (short >= 0) return `\\${SHORT[short]}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

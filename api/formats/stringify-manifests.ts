import type { KubeObject } from '../kube-object.ts';
import { bigIntegerDigits } from './big-integer.ts';
import { isSafePlainString } from './yaml-scalar.ts';

// A longer key needs its own mark: YAML looks only so far ahead for a colon.
const LONGEST_SIMPLE_KEY = 120;

// What JSON leaves as it is, and YAML 1.1 takes for a line break or refuses.
const UNSAFE_IN_QUOTES = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Writes objects as YAML documents that every YAML reader, of version 1.1 or 1.2, reads back as the same
 * JSON: all strings that could be anything else are in double quotes. Throws on what JSON cannot hold.
 */
export function stringifyManifests(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${block(object, '').trimStart()}\n`).join('');
}

/** Writes one document, for the same readers. Throws on what JSON cannot hold. */
export function stringifyYaml(value: Readonly<Record<string, unknown>>): string {
  return `${block(value, '').trimStart()}\n`;
}

/** A value behind a key or a dash: on the same line, or on lines of its own. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) return sequence(value, indent);
  if (typeof value !== 'object' || value === null || bigIntegerDigits(value) !== undefined) {
    return ` ${scalar(value)}`;
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return Array.isArray(value) ? ' []' : ' {}';
  return entries
    .map(([key, member]) => `\n${indent}${keyMark(key, indent)}${block(member, `${indent}  `)}`)
    .join('');
}

function sequence(items: readonly unknown[], indent: string): string {
  return items
    .map((item) => {
      const text = block(item ?? null, `${indent}  `);
      // A mapping or sequence starts on the line of its dash.
      return `\n${indent}- ${text.trimStart()}`;
    })
    .join('');
}

function keyMark(key: string, indent: string): string {
  const text = string(key);
  return text.length <= LONGEST_SIMPLE_KEY ? `${text}:` : `? ${text}\n${indent}:`;
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return string(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`);
      return String(value);
    default: {
      const digits = bigIntegerDigits(value);
      if (value !== null && digits === undefined) throw new TypeError(`JSON has no ${typeof value}`);
      return digits ?? 'null';
    }
  }
}

function string(value: string): string {
  return isSafePlainString(value) ? value : quotedYaml(value);
}

/** A string in double quotes, as every YAML reader reads it back. */
export function quotedYaml(value: string): string {
  // A lone surrogate is no character: no UTF-8 holds it, and YAML refuses its escape.
  return JSON.stringify(value.toWellFormed()).replace(UNSAFE_IN_QUOTES, escape);
}

function escape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import { goString } from '../../../api/formats/go-json.ts';
import type { Budget } from './budget.ts';
import { fromBytes, runes, toBytes } from './byte-text.ts';
import { Refusal } from './errors.ts';
import { type GoMap, type GoStruct, type GoValue, isComposite, list, map, sortedEntries } from './value.ts';

const DEEPEST = 100;

/** How JSON is written. */
export interface JsonStyle {
  /** Whether `<`, `>` and `&` are escaped. */
  readonly isHtmlSafe: boolean;
  /** What each level is indented by; undefined for one line. */
  readonly indent?: string;
}

/** A value as Go's `encoding/json` writes it, in bytes. Throws {@link Refusal} for what JSON cannot say. */
export function encodeJson(value: GoValue, style: JsonStyle, budget: Budget): string {
  return new Encoder(style, budget).encode(value, '');
}

class Encoder {
  readonly #style: JsonStyle;
  readonly #budget: Budget;
  #depth = 0;

  constructor(style: JsonStyle, budget: Budget) {
    this.#style = style;
    this.#budget = budget;
  }

  encode(value: GoValue, indent: string): string {
    this.#budget.spend(1);
    if (typeof value === 'string') return this.#string(value);
    if (typeof value === 'number') return encodeNumber(value);
    if (!isComposite(value)) return value === undefined || value === null ? 'null' : String(value);
    if (value.kind === 'integer') return String(value.value);
    if (++this.#depth > DEEPEST) throw new Refusal('a value is nested too deeply for JSON');
    const text = this.#composite(value, indent);
    this.#depth--;
    return text;
  }

  #composite(value: Exclude<GoValue & object, { kind: 'integer' }>, indent: string): string {
    const inner = indent + (this.#style.indent ?? '');
    if (value.kind === 'map') return value.isNil ? 'null' : this.#map(value, indent);
    if (value.kind === 'list') {
      if (value.isNil) return 'null';
      return this.#bracketed(
        value.items.map((item) => this.encode(item, inner)),
        '[]',
        indent,
      );
    }
    if (value.isTextInJson) return this.#string(value.text ?? '');
    return this.#bracketed(this.#fields(value, inner), '{}', indent);
  }

  #map(value: GoMap, indent: string): string {
    const inner = indent + (this.#style.indent ?? '');
    const entries = sortedEntries(value).map(([key, item]) => {
      if (typeof key !== 'string') throw new Refusal(`json: unsupported type: ${value.type}`);
      return `${this.#string(key)}:${this.#gap()}${this.encode(item, inner)}`;
    });
    if (entries.length === 0 && !value.type.startsWith('map[string]')) {
      throw new Refusal(`json: unsupported type: ${value.type}`);
    }
    return this.#bracketed(entries, '{}', indent);
  }

  #fields(value: GoStruct, inner: string): string[] {
    return value.fields.flatMap((field) => {
      if (field.isEmbedded && isComposite(field.value) && field.value.kind === 'struct') {
        return this.#fields(field.value, inner);
      }
      if (field.json !== undefined && field.value === '') return [];
      return [`${this.#string(field.json ?? field.name)}:${this.#gap()}${this.encode(field.value, inner)}`];
    });
  }

  #bracketed(items: readonly string[], brackets: '[]' | '{}', indent: string): string {
    const [open, close] = [brackets.slice(0, 1), brackets.slice(1)];
    if (items.length === 0) return brackets;
    const step = this.#style.indent;
    const text =
      step === undefined
        ? open + items.join(',') + close
        : `${open}\n${items.map((item) => indent + step + item).join(',\n')}\n${indent}${close}`;
    this.#budget.spendText(text.length);
    return text;
  }

  #gap(): string {
    return this.#style.indent === undefined ? '' : ' ';
  }

  #string(bytes: string): string {
    this.#budget.spendText(bytes.length);
    const safe = `"${stringContent(bytes)}"`;
    return toBytes(this.#style.isHtmlSafe ? safe : safe.replace(/\\u00(3c|3e|26)/g, plainUnlessEscaped));
  }
}

/** The text of a string of bytes between its quotes; what is no UTF-8 is escaped. */
function stringContent(bytes: string): string {
  let content = '';
  let start = 0;
  let at = 0;
  for (const { size, valid } of runes(bytes)) {
    if (!valid) {
      content += `${goString(fromBytes(bytes.slice(start, at))).slice(1, -1)}\\ufffd`;
      start = at + size;
    }
    at += size;
  }
  return content + goString(fromBytes(bytes.slice(start))).slice(1, -1);
}

/** Only what stood there as a character: a backslash before it has been doubled. */
function plainUnlessEscaped(escape: string, code: string, at: number, text: string): string {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 0 ? String.fromCharCode(Number.parseInt(code, 16)) : escape;
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Refusal('json: unsupported value');
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The value of a JSON document, in bytes; numbers are floats. Throws {@link Refusal} for what is no JSON. */
export function decodeJson(bytes: string, budget: Budget): GoValue {
  budget.spend(bytes.length / 4);
  let parsed: unknown;
  try {
    parsed = JSON.parse(fromBytes(bytes));
  } catch {
    throw new Refusal('the text is no JSON');
  }
  return fromJson(parsed, budget, 0);
}

function fromJson(value: unknown, budget: Budget, depth: number): GoValue {
  budget.spend(1);
  if (depth > DEEPEST) throw new Refusal('the JSON is nested too deeply');
  if (typeof value === 'string') return toBytes(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Refusal('a number is too large');
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return list(value.map((item: unknown) => fromJson(item, budget, depth + 1)));
  return map(
    Object.entries(value).map(([key, item]) => [toBytes(key), fromJson(item, budget, depth + 1)] as const),
  );
}

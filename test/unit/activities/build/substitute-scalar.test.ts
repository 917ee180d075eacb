import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scalarStyle, writeScalar } from '../../../../activities/build/go-scalar.ts';
import { type Position, substituteScalar } from '../../../../activities/build/substitute-scalar.ts';
import { parseJson } from '../../../../activities/kube/json.ts';

interface Row {
  readonly place: Position;
  readonly text: string;
  readonly yaml: string;
  readonly results: readonly (readonly unknown[])[] | null;
}

/** Written by test/support/go/yaml-scalars.go. */
const table = parseJson(readFileSync(new URL('./fixtures/go-scalars.json', import.meta.url), 'utf8')) as {
  readonly values: readonly string[];
  readonly rows: readonly Row[];
};

const golden = { ...table, rows: table.rows.filter(({ results }) => results !== null) };

describe('a string is written as Go writes it', () => {
  // Go folds lines of more than 80 characters: what is read back is the same.
  const rows = golden.rows.filter(({ place, text }) => place === 'value' && text.length < 80);

  it.each(rows)('$text', ({ text, yaml }) => {
    // Block scalars are indented by two in both.
    expect(`v: ${writeScalar(text, scalarStyle(text))}`.trimEnd()).toBe(yaml.trimEnd());
  });
});

describe('a string with a variable becomes what it becomes in Flux', () => {
  it.each(golden.rows)('$place: $text', ({ place, text, results }) => {
    for (const [index, value] of golden.values.entries()) {
      const expected = results?.[index]?.[0];
      const actual = inPlace(attempt(text, place, value), place);

      if (isKnownToDiffer(text, value, place)) continue;
      // A key that turns into something else than a key is refused here.
      const wanted = place === 'key' && !isMap(expected) ? undefined : expected;

      expect(JSON.stringify(actual), `${text} with ${value}`).toBe(JSON.stringify(wanted));
    }
  });
});

function isKnownToDiffer(text: string, value: string, place: Position): boolean {
  // Folded over two lines, Go's text is no place for a map.
  if (text.length > 80 && value.includes(':')) return true;
  // A key beyond 64 bits: Go writes it as a float32.
  return place === 'key' && value === '18446744073709551615';
}

function attempt(text: string, place: Position, value: string): unknown[] {
  try {
    return [substituteScalar(text, place, (yaml) => yaml.replaceAll('${X}', value))];
  } catch {
    return [];
  }
}

function inPlace([value, ...none]: unknown[], place: Position): unknown {
  if (value === undefined || none.length > 0) return undefined;
  if (place === 'item') return [value];
  return place === 'key' ? { [value as string]: 0 } : { v: value };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { GoValue } from './go-value.ts';

/** What is shorter is part of any text. */
const SHORTEST = 4;

/** The strings and numbers in a value, as texts, that can be told apart in another text. */
export function leafTexts(value: GoValue): string[] {
  if (value instanceof Map) return [...value.values()].flatMap(leafTexts);
  if (Array.isArray(value)) return value.flatMap(leafTexts);
  if (value === null || typeof value === 'boolean') return [];
  const text = String(value);
  return text.length < SHORTEST ? [] : [text];
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fixture that the Go program of `test/support/go/golden` wrote. */
export interface Golden<Shared, Row> {
  readonly shared: Shared;
  readonly rows: readonly Row[];
}

/** Reads a golden table by its path below `test/unit`. */
export function golden<Shared, Row>(path: string): Golden<Shared, Row> {
  const text = readFileSync(join(import.meta.dirname, '../unit', path), 'utf8');
  return JSON.parse(text) as Golden<Shared, Row>;
}

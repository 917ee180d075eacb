import { ChartError, shown } from '../../fetch/chart/chart-files.ts';

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef', '$schema'];
// The rest of the document itself, or what has an address.
const GOOD = /^(?:#|$|https?:\/\/|urn:)/i;
const DEEPEST = 500;

/**
 * Refuses a `values.schema.json` that refers to a file: helm would look for it on the worker's machine, also where the
 * reference is a relative one, and tell what it is. Throws a {@link ChartError}.
 */
export function refuseFileReferences(content: Buffer): void {
  let schema: unknown;
  try {
    schema = JSON.parse(content.toString('utf8'));
  } catch {
    // For helm to refuse, in its own words.
    return;
  }
  walk(schema, 0);
}

function walk(node: unknown, depth: number): void {
  if (typeof node !== 'object' || node === null) return;
  if (depth > DEEPEST) throw new ChartError(`values.schema.json: is nested deeper than ${DEEPEST} levels`);
  for (const [key, value] of Object.entries(node)) {
    if (REFERENCES.includes(key) && typeof value === 'string' && !GOOD.test(value)) {
      throw new ChartError(
        `values.schema.json: ${key} ${shown(value)} names a file, which no chart can bring along; write it into the schema, or refer to it by https`,
      );
    }
    walk(value, depth + 1);
  }
}

import { bigInteger } from '../../api/formats/big-integer.ts';

const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

/**
 * Parses JSON and keeps integers that a double cannot hold: they become raw JSON, which `JSON.stringify`
 * writes back digit by digit. (Kubernetes has int64 fields; 9007199254740993 would come back as …992.)
 */
export function parseJson(text: string): unknown {
  // The reviver is slow, and hardly any answer needs it.
  if (!/[:[,\s]-?\d{16,}/.test(text)) return JSON.parse(text);
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' &&
    source !== undefined &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(source)
      ? bigInteger(source)
      : value,
  );
}

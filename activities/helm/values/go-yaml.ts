import { scalarStyle, writeScalar } from '../../build/go-scalar.ts';
import { type GoMap, type GoValue, sortedEntries } from './go-value.ts';
import { YamlEmitter } from './yaml-emitter.ts';

/** The longest key, in bytes, that needs no mark of its own. */
const LONGEST_SIMPLE_KEY = 128;

/**
 * Values as fluxcd/pkg/chartutil writes them to be digested: go.yaml.in/yaml/v2 with sorted keys, doubles without a
 * fraction as integers. Empty values are no text at all.
 */
export function encodeGoYaml(values: GoMap): string {
  if (values.size === 0) return '';
  const emitter = new YamlEmitter();
  writeMap(emitter, values);
  return emitter.end();
}

function writeMap(emitter: YamlEmitter, map: GoMap): void {
  if (map.size === 0) return emitter.word('{}');
  emitter.indented(false, () => {
    for (const [key, value] of sortedEntries(map)) {
      emitter.newLine();
      if (isSimpleKey(key)) {
        writeString(emitter, key, true);
        emitter.suffix(':');
      } else {
        emitter.mark('?');
        writeString(emitter, key, false);
        emitter.newLine();
        emitter.mark(':');
      }
      writeValue(emitter, value, true);
    }
  });
}

function writeList(emitter: YamlEmitter, list: readonly GoValue[], isInMapping: boolean): void {
  if (list.length === 0) return emitter.word('[]');
  emitter.indented(isInMapping && !emitter.isIndention, () => {
    for (const item of list) {
      emitter.newLine();
      emitter.mark('-');
      writeValue(emitter, item, false);
    }
  });
}

function writeValue(emitter: YamlEmitter, value: GoValue, isInMapping: boolean): void {
  if (value instanceof Map) writeMap(emitter, value);
  else if (Array.isArray(value)) writeList(emitter, value, isInMapping);
  else if (typeof value === 'string') writeString(emitter, value, false);
  else if (typeof value === 'number') emitter.word(formatNumber(value));
  else emitter.word(String(value));
}

function writeString(emitter: YamlEmitter, text: string, isKey: boolean): void {
  const style = scalarStyle(text);
  emitter.indented(false, () => {
    if (style === 'literal') emitter.literal(text);
    else if (style === 'double') emitter.doubleQuoted(writeScalar(text, 'double').slice(1, -1), isKey);
    else if (style === 'single') emitter.singleQuoted(text.replaceAll("'", "''"), isKey);
    else emitter.plain(text, isKey);
  });
}

function isSimpleKey(key: string): boolean {
  return Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY && !/[\n\r\x85\u2028\u2029]/.test(key);
}

/** A float64: as an integer where int64 or uint64 hold it (those of amd64), else as Go's shortest `%g`. */
function formatNumber(value: number): string {
  const isInteger = Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64;
  if (isInteger) return String(BigInt(value));
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

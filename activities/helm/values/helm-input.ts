import { quotedYaml } from '../../../api/formats/stringify-manifests.ts';
import { type GoMap, type GoValue, sortedEntries } from './go-value.ts';
import { UnusableValue } from './unusable-value.ts';

/** YAML, as which helm reads the file, looks for the colon behind a key only so far. */
const LONGEST_PLAIN_KEY = 1000;

/** Bytes of one `--set`, and of all of them: below what Linux takes as one argument and as all. */
const LONGEST_SET = 100_000;
const MOST_SETS = 1_000_000;

/** What helm gets: the file for `-f`, and the arguments for one `--set` each. */
export interface HelmInput {
  /** JSON on one line; but for keys of a thousand characters, which have YAML's mark. */
  readonly json: string;
  /** Helm reads every number of a file as a float64. These are the int64 among the values, at their paths. */
  readonly sets: readonly string[];
}

/** The same values for `helm`, types included. Throws {@link UnusableValue}. */
export function helmInput(values: GoMap): HelmInput {
  const sets = join(integersOf(values));
  const lengths = sets.map((set) => Buffer.byteLength(set));
  if (Math.max(0, ...lengths) > LONGEST_SET || lengths.reduce((sum, length) => sum + length, 0) > MOST_SETS)
    throw new UnusableValue('targetPaths set more integers than helm can be told; put them in a document');
  if (sets.some((set) => set.includes('\0')))
    throw new UnusableValue('a targetPath sets an integer at a key with a NUL character');
  return { json: `${writeJson(values)}\n`, sets };
}

function writeJson(value: GoValue): string {
  if (typeof value === 'string') return quotedYaml(value);
  // Of an integer zero YAML drops the sign.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!(value instanceof Map)) return String(value);
  const members = sortedEntries(value).map(([key, member]) => `${writeKey(key)}:${writeJson(member)}`);
  return `{${members.join(',')}}`;
}

function writeKey(key: string): string {
  const text = quotedYaml(key);
  return text.length > LONGEST_PLAIN_KEY ? `? ${text}` : text;
}

/** One `path=digits` for each int64. No path is that of all values; an empty one is that of an empty key. */
function integersOf(value: GoValue, path?: string): string[] {
  if (typeof value === 'bigint') return [`${path}=${value}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => integersOf(item, `${path}[${index}]`));
  if (!(value instanceof Map)) return [];
  const before = path === undefined ? '' : `${path}.`;
  return sortedEntries(value).flatMap(([key, member]) =>
    integersOf(member, `${before}${key.replace(/[\\=[,.]/g, '\\$&')}`),
  );
}

/** As few arguments as possible. */
function join(settings: readonly string[]): string[] {
  const sets: string[][] = [];
  let room = 0;
  for (const setting of settings) {
    const length = Buffer.byteLength(setting) + 1;
    if (length > room) {
      sets.push([]);
      room = LONGEST_SET;
    }
    sets.at(-1)?.push(setting);
    room -= length;
  }
  return sets.map((set) => set.join());
}

import { compareVersions, parseVersion, type Version } from '../../../api/formats/semver.ts';

/** The fields of an entry that anybody asks for. */
export const WANTED_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'version',
  'type',
  'urls',
  'digest',
  'created',
  'deprecated',
]);

/** One version as it is kept and handed over: version, name, urls, digest, created, deprecated. */
export type IndexRow = readonly [
  version: string,
  name: string,
  urls: readonly string[],
  digest: string,
  created: string,
  deprecated: 0 | 1,
];

const LONGEST_VERSION = 256;
const LONGEST_URL = 2048;
const KEPT_URLS = 4;
const CHART_TYPES: readonly string[] = ['', 'application', 'library'];

/**
 * A row of an entry's fields, or why helm passes over such an entry. Scalars may be text or, of an index in JSON,
 * other things.
 */
export function rowOf(fields: ReadonlyMap<string, unknown>): IndexRow | string {
  const name = textOf(fields.get('name'));
  const version = textOf(fields.get('version'));
  if (name === '') return 'it has no name';
  if (/[/\\\p{Cc}]/u.test(name) || name === '.' || name === '..') return 'its name could be a path';
  if (version === '') return 'it has no version';
  if (version.length > LONGEST_VERSION || !parseVersion(version)) return 'its version is none of semver';
  if (!CHART_TYPES.includes(textOf(fields.get('type')))) return 'its type is neither application nor library';
  const digest = textOf(fields.get('digest'))
    .replace(/^sha256:/, '')
    .toLowerCase();
  return [
    version,
    name,
    urlsOf(fields.get('urls')),
    /^[0-9a-f]{64}$/.test(digest) ? digest : '',
    textOf(fields.get('created')).slice(0, 64),
    textOf(fields.get('deprecated')) === 'true' ? 1 : 0,
  ];
}

/** The rows newest first, as helm sorts them; of equal versions the one made last comes first. */
export function sortRows(rows: readonly IndexRow[]): IndexRow[] {
  const keyed = rows.map((row) => ({
    row,
    version: parseVersion(row[0]) as Version,
    time: Date.parse(row[4]) || 0,
  }));
  keyed.sort((a, b) => compareVersions(b.version, a.version) || b.time - a.time);
  return keyed.map(({ row }) => row);
}

function urlsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .map(textOf)
    .filter((url) => url !== '' && url.length <= LONGEST_URL)
    .slice(0, KEPT_URLS);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '~' || value === 'null' ? '' : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

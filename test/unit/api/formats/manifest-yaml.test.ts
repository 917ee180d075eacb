import { describe, expect, it } from 'vitest';
import {
  ManifestError,
  parseManifests,
  parseYamlDocuments,
  stringifyManifests,
} from '../../../../api/formats/manifest-yaml.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { golden } from '../../../support/golden.ts';

const file = 'apps/web.yaml';

/** Where we differ on purpose, or because of the npm parser: what we say, and why. */
const DIFFERENT = new Map<string, readonly [ours: string, why: string]>([
  ...[
    'a: 1\na: 2\n',
    "a: 1\n'a': 2\n",
    '{a: 1, a: 2}',
    "1: a\n'1': b\n",
    'yes: a\ntrue: b\n',
    '&k a: 1\n*k : 2\n',
  ].map((yaml) => [yaml, ['refused', 'duplicate keys: Go takes the last, kustomize refuses them']] as const),
  ...['!foo 5', '!!binary aGk=', '!!timestamp 2020-01-01', '!a'].map(
    (value) => [`a: ${value}`, ['refused', 'tags that are not JSON types']] as const,
  ),
  ...['a: !x {b: 1}\n', 'a: !!set {b}\n', 'a: !!omap [b: 1]\n', '!!merge <<: {a: 1}\n'].map(
    (yaml) => [yaml, ['refused', 'tags that are not JSON types']] as const,
  ),
  [' a: 1\nb: 2\n', ['refused', 'Go reads the first lines and drops the rest']],
  ['a: b\n---\nc: d\n', ['more than one document', 'Go reads the first document only']],
  ['%YAML 1.2\n---\na: 1\n', ['{"a":1}', 'directives are skipped']],
  ['a: "\\/"', ['{"a":"/"}', 'an escape of JSON and YAML 1.2']],
  ['x: "\\ud83d\\ude00"\n', ['{"x":"😀"}', 'a pair of escapes, as JSON writes it']],
  ['a: \u2028', ['{"a":"\u2028"}', 'a line break to YAML 1.1 only']],
  ['a: a\u0085b', ['{"a":"a\u0085b"}', 'a line break to YAML 1.1 only']],
  ['a: &b-c_d.e 1\nf: *b-c_d.e\n', ['{"a":1,"f":1}', 'YAML 1.2 lets a name hold any character']],
  ['a: &a b\n*a: c\n', ['refused', 'YAML 1.2 takes the colon for a part of the name']],
  ...['a: [\n1,\n2\n]\n', 'a: "multi\n\nline"\n', 'a: "x \\\n\\  y"\n'].map(
    (yaml) => [yaml, ['refused', 'lines inside brackets or quotes must be indented']] as const,
  ),
  ['a: 1\rb: 2\r', ['refused', 'a carriage return alone ends no line']],
]);

describe('YAML agrees with sigs.k8s.io/yaml', () => {
  const { rows } = golden<null, { yaml: string; json?: string }>('api/formats/fixtures/yaml.json');

  it.each(rows.filter(({ yaml }) => !DIFFERENT.has(yaml)))('$yaml', ({ yaml, json }) => {
    expect(outcome(yaml)).toBe(json === undefined ? 'refused' : sorted(json));
  });

  it.each([...DIFFERENT])('but not for %j', (yaml, [ours]) => {
    expect(rows.map((row) => row.yaml)).toContain(yaml);
    expect(outcome(yaml)).toBe(ours);
  });

  it.each(rows.filter(({ yaml }) => DIFFERENT.get(yaml)?.[1].startsWith('duplicate keys') === true))(
    'also in equal keys where charts are read: $yaml',
    ({ yaml, json }) => {
      const [document] = parseYamlDocuments(yaml, { file, lastKeyWins: true });

      expect(sorted(JSON.stringify(document?.value))).toBe(sorted(json ?? ''));
    },
  );
});

describe('what is written reads back as it was', () => {
  const { rows } = golden<null, { json: string; yaml: string; read: string[] }>(
    'api/formats/fixtures/written.json',
  );

  it.each(rows)('$json', ({ json, yaml, read }) => {
    const objects = JSON.parse(json) as KubeObject[];

    // Fails when the fixture is stale: see test/support/go/golden.
    expect(stringifyManifests(objects)).toBe(yaml);
    expect(sorted(`[${read.join()}]`)).toBe(sorted(json));
    expect(sorted(JSON.stringify(parseManifests(yaml, { file })))).toBe(sorted(json));
  });

  it('with integers beyond those of doubles', () => {
    const text = 'apiVersion: v1\nkind: A\nmetadata: {name: a}\nbig: 9007199254740993\n';

    const yaml = stringifyManifests(parseManifests(text, { file }));

    expect(yaml).toContain('big: 9007199254740993\n');
    expect(JSON.stringify(parseManifests(yaml, { file }))).toContain('"big":9007199254740993');
  });

  it('refuses what JSON cannot hold', () => {
    const object = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, x: Number.NaN };

    expect(() => stringifyManifests([object])).toThrow('JSON has no number NaN');
  });
});

describe('manifests', () => {
  it('are taken from many documents and from lists', () => {
    const text = `# nothing
---
---
${object('A', 'one')}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: B, metadata: {name: two}}
- apiVersion: v1
  kind: BList
  items:
  - {apiVersion: v1, kind: B, metadata: {name: three}}
--- # end
`;

    const names = parseManifests(text, { file }).map(({ metadata }) => metadata.name);

    expect(names).toEqual(['one', 'two', 'three']);
  });

  it('of a kind that only ends like a list are objects', () => {
    expect(parseManifests(object('AllowList', 'x'), { file })).toHaveLength(1);
  });

  it.each([
    { text: '\n# c\n---\n\nkind: A\n', message: 'apps/web.yaml:5:1: apiVersion is missing' },
    { text: 'apiVersion: v1\n', message: 'apps/web.yaml:1:1: kind is missing' },
    { text: 'apiVersion: v1\nkind: A\n', message: 'metadata.name of this A is missing' },
    { text: 'apiVersion: v1\nkind: A\nmetadata: {name: 5}\n', message: 'metadata.name of this A is missing' },
    { text: `${object('A', 'a')}---\n- 1\n`, message: 'apps/web.yaml:5:1: not a Kubernetes object' },
    { text: 'text\n', message: 'apps/web.yaml:1:1: not a Kubernetes object' },
    { text: 'a: 1\n---\nb: 1\nb: 2\n', message: 'apps/web.yaml:4:1: duplicate key "b"' },
    { text: 'a: 1\n---\nb: [1\nc: 2\n', message: 'apps/web.yaml:4:1: ' },
  ])('are refused with the place: $message', ({ text, message }) => {
    expect(() => parseManifests(text, { file })).toThrow(message);
  });
});

describe('hostile YAML', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghi')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
    .join('\n')}\n`;

  const mergeBomb = Array.from({ length: 40 }, (_, level) =>
    level === 0
      ? 'l0: &l0 {x: [1, 2, 3], y: 1}\n'
      : `l${level}: &l${level} {p: {<<: *l${level - 1}}, q: {<<: *l${level - 1}}}\n`,
  ).join('');

  it.each([
    { name: 'a small alias bomb', text: bomb, message: 'aliases stand for too much' },
    { name: 'a bomb of merge keys', text: mergeBomb, message: 'aliases stand for too much' },
    { name: 'deep brackets', text: '['.repeat(5_000_000), message: 'nested deeper than 100 levels' },
    { name: 'deep braces', text: '{a: '.repeat(1_000_000), message: 'nested deeper than 100 levels' },
    { name: 'deep dashes', text: `${'- '.repeat(2_000_000)}a`, message: 'nested deeper than 100 levels' },
    { name: 'brackets closed in quotes only', text: '["]",'.repeat(1_000_000), message: 'nested deeper' },
    { name: 'deep indentation', text: steps(150), message: 'nested deeper than 100 levels' },
    {
      name: 'a document of very many parts',
      text: `a: [${'a,'.repeat(2_000_000)}a]`,
      message: 'more than 750000 words and signs',
    },
    { name: 'a large document', text: `a: ${'x'.repeat(5 * 1024 * 1024)}`, message: 'larger than 5 MiB' },
    { name: 'many documents', text: '---\na\n'.repeat(10_001), message: 'more than 10000 documents' },
    { name: 'an alias of itself', text: 'a: &a [*a]', message: 'contains itself' },
    { name: 'a custom tag', text: 'a: !js/function x', message: 'is not supported' },
  ])('is refused: $name', ({ text, message }) => {
    const started = process.cpuUsage();

    expect(() => parseYamlDocuments(text, { file })).toThrow(ManifestError);
    expect(() => parseYamlDocuments(text, { file })).toThrow(message);
    // Not the time, of which other processes take theirs.
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });

  it('is not what only looks deep', () => {
    const text = `${object('A', 'a')}data:\n  colours: '${'[{- '.repeat(200)}'\n  script: |\n    ${'[ - '.repeat(200)}\n`;

    expect(parseManifests(text, { file })).toHaveLength(1);
  });

  it('does not reach prototypes', () => {
    const [document] = parseYamlDocuments('__proto__: {polluted: true}\n', { file });

    expect(JSON.stringify(document?.value)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

function object(kind: string, name: string): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
}

/** A mapping in a mapping in a mapping … */
function steps(count: number): string {
  return Array.from({ length: count }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('');
}

/** The JSON of a text of one document, `null` when it has none. */
function outcome(text: string): string {
  try {
    const [document, second] = parseYamlDocuments(text, { file });
    if (second) return 'more than one document';
    return sorted(JSON.stringify(document?.value ?? null));
  } catch (error) {
    if (error instanceof ManifestError) return 'refused';
    throw error;
  }
}

/** JSON with its keys in order and its big integers as they are: Go sorts keys, and doubles would round. */
function sorted(json: string): string {
  const exact = json.replace(/(?<=[:[,]|^)-?\d{16,}(?=[,\]}]|$)/g, (digits) => `"exactly ${digits}"`);
  return JSON.stringify(JSON.parse(exact), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Starts the fixture written.json: objects with every string that YAML readers are known to change, as our writer writes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { stringifyManifests } from '../../../../api/formats/manifest-yaml.ts';

const directory = import.meta.dirname;

const inputs = JSON.parse(readFileSync(`${directory}/inputs/yaml.json`, 'utf8')) as { rows: string[] };

const strings: string[] = [
  inputs.rows,
  ['a\n', 'a\n\n', '\na', ' a', 'a ', 'a\n b\n', '\ta', 'a\r\nb', 'a\u2028b', 'a\u2029b', '\u0085', '\u009f'],
  [
    '\u0000',
    '\u001b',
    '\u007f',
    '\ufeff',
    '\uffff',
    '😀',
    '\\',
    '"',
    "'",
    '- a',
    '? a',
    '# a',
    'a: b',
    '---',
  ],
  ['=', '<<', 'x'.repeat(2000), 'a b '.repeat(500), 'a-b', 'a/b', 'a.b', 'A', 'null-1', 'e5', 'o7', 'b1'],
].flat();

const numbers: unknown[] = [0, -1, 1.5, 1e21, 1e-7, 5e-324, 2 ** 53, 1e300, true, false, null];
const values: unknown[] = [
  ...numbers,
  [],
  {},
  [[]],
  [{}],
  [[1, [2]], { a: [] }],
  [null, 'a'],
  { a: { b: { c: [] } } },
  [[{ a: 1, b: 2 }]],
  { __proto__x: 1 },
];

function object(name: string, data: unknown): Parameters<typeof stringifyManifests>[0][number] {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

const objects = [
  ...strings.map((text, index) =>
    object(`string-${index}`, { value: text, list: [text, [text]], [text]: 1 }),
  ),
  ...values.map((value, index) => object(`value-${index}`, { value, list: [value, { value }] })),
];
const rows = objects.map((value) => ({ json: JSON.stringify([value]), yaml: stringifyManifests([value]) }));
rows.push({ json: JSON.stringify(objects.slice(0, 3)), yaml: stringifyManifests(objects.slice(0, 3)) });
writeFileSync(
  `${directory}/../../../unit/api/formats/fixtures/written.json`,
  `{"shared": null, "rows": [\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`,
);

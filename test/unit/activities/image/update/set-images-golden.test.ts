import { describe, expect, it } from 'vitest';
import type { PolicyImage } from '../../../../../activities/image/update/marker.ts';
import { type FileOutcome, setImages } from '../../../../../activities/image/update/set-images.ts';
import { parseYamlDocuments } from '../../../../../api/formats/manifest-yaml.ts';
import { golden } from '../../../../support/golden.ts';

interface Row {
  readonly yaml: string;
  /** As JSON; empty for what Kubernetes cannot read. */
  readonly documents?: readonly string[];
  /** The file cannot be read. */
  readonly unread?: boolean;
  readonly changes: readonly (readonly string[])[];
}

const { shared, rows } = golden<Record<string, PolicyImage>, Row>(
  'activities/image/update/fixtures/image-setters.json',
);
const IMAGES = new Map(Object.entries(shared));

const APP = '# {"$imagepolicy": "ns:app"}';
const SET = `reg.io/app:v2.0.0 ${APP}`;

/** Rows that are not as with kyaml, by a piece of them that no other has, and the text that comes of it. */
const OURS: readonly { readonly why: string; readonly row: string; readonly text: string }[] = [
  {
    why: 'a tag that says "no string" goes with the number, or nobody could read the file',
    row: 'm3: !!int 41',
    text: 'kind: A\nm3: v2.0.0 # {"$imagepolicy": "ns:app:tag"}\n',
  },
  {
    why: 'so does one of another type',
    row: 'a: !!null x',
    text: `a: ${SET}\nb: !!str "42" # {"$imagepolicy": "ns:num:tag"}\nc: "42" # {"$imagepolicy": "ns:num:tag"}\nd: ${SET}\n`,
  },
  {
    why: 'what was a number becomes a string that can be read',
    row: 'old: 41',
    text: 'kind: A\nold: v2.0.0 # {"$imagepolicy": "ns:app:tag"}\n',
  },
  {
    why: 'what was null becomes a string that can be read',
    row: 'nu2: ~',
    text: 'kind: A\nnu2: "42" # {"$imagepolicy": "ns:num:tag"}\n',
  },
  {
    why: 'what was null becomes a string that can be read, a plain one too',
    row: 'nl: null',
    text: 'kind: A\nnl: v2.0.0 # {"$imagepolicy": "ns:app:tag"}\n',
  },
  {
    why: 'a document may begin on the line of its mark',
    row: '--- {kind: B}',
    text: `kind: A\nimage: ${SET}\n--- {kind: B}\n`,
  },
  {
    why: 'a file may have directives',
    row: '%YAML 1.1',
    text: `%YAML 1.1\n---\na: ${SET}\n...\n---\nb: ${SET}\n`,
  },
  {
    why: 'each marked value is set, of a key that stands twice too',
    row: `image: a ${APP}\nimage: b ${APP}`,
    text: `kind: A\nimage: ${SET}\nimage: ${SET}\n`,
  },
  {
    why: 'each marked value is set, of the second of equal keys too',
    row: `image: a\nimage: b ${APP}`,
    text: `kind: A\nimage: a\nimage: ${SET}\n`,
  },
  {
    why: 'each marked value is set, of keys that JSON cannot have too',
    row: '[a]: x',
    text: `kind: A\n[a]: ${SET}\n{b: c}: ${SET}\n`,
  },
  { why: 'a comment begins after a space', row: '"x"#', text: `a: "x"${APP}\n` },
  {
    why: 'brackets in a mapping are indented',
    row: `b ${APP}\n, c]`,
    text: `k: [a, b ${APP}\n, c]\n`,
  },
  {
    why: 'brackets in a mapping are indented, commas too',
    row: 'k: [[a],',
    text: `k: [[a], ${APP}\n b\n, ${APP}\nc ,${APP}\n{d: e}, ${APP}\n f]\n`,
  },
  {
    why: 'the marker of an item without a value is not that of the next',
    row: `k: \n  - ${APP}`,
    text: `kind: A\nk: \n  - ${APP}\n  - x\n`,
  },
  {
    why: 'a return alone ends a line for some readers and for others not',
    row: '\rb: y',
    text: `kind: A\nimage: x ${APP}\rb: y\rc: z\n`,
  },
  {
    why: 'the separators of Unicode are characters, as in YAML 1.2',
    row: 'a\u2028b',
    text: `kind: A\nimage: ${SET}\nj: k\n`,
  },
  { why: 'the next line of Unicode is one too', row: 'a\u0085b', text: `kind: A\nimage: ${SET}\nj: k\n` },
  {
    why: 'a comment with one is no marker, but the file can be read',
    row: `${APP} \u2028 z`,
    text: `kind: A\nimage: x ${APP} \u2028 z\nj: k\n`,
  },
];

describe('images are set as kyaml sets them', () => {
  const isOurs = ({ yaml }: Row) => OURS.some(({ row }) => yaml.includes(row));

  it.each(rows.filter((row) => !isOurs(row)))('$yaml', (row) => {
    const outcome = setImages('file.yaml', Buffer.from(row.yaml), IMAGES);

    expect(outcome.problem !== undefined).toBe(row.unread ?? false);
    expect(changesOf(outcome)).toEqual(row.changes);
    expect(documentsOf(outcome)).toEqual(row.documents?.map((document) => JSON.parse(document)));
  });
});

describe('images are set in our own way', () => {
  it.each(OURS)('$why', ({ row, text }) => {
    const [found, ...others] = rows.filter(({ yaml }) => yaml.includes(row));

    const outcome = setImages('file.yaml', Buffer.from(found?.yaml ?? ''), IMAGES);

    expect(others).toEqual([]);
    expect(outcome.file?.content.toString() ?? found?.yaml).toBe(text);
  });
});

function changesOf({ file }: FileOutcome): readonly (readonly string[])[] {
  return (file?.changes ?? []).map(({ object, change }) => [
    object.apiVersion,
    object.kind,
    object.name,
    object.namespace,
    change.setter,
    change.oldValue,
    change.newValue,
  ]);
}

function documentsOf({ file }: FileOutcome): readonly unknown[] | undefined {
  if (!file) return undefined;
  const documents = parseYamlDocuments(file.content.toString(), { file: file.path, lastKeyWins: true });
  return documents.map(({ value }) => value);
}

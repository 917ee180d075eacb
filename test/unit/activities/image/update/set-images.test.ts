import { describe, expect, it } from 'vitest';
import type { PolicyImage } from '../../../../../activities/image/update/marker.ts';
import { setImages } from '../../../../../activities/image/update/set-images.ts';

const APP = '# {"$imagepolicy": "apps:app"}';
const TAG = '# {"$imagepolicy": "apps:app:tag"}';
const DIGEST = '# {"$imagepolicy": "apps:app:digest"}';

/** Texts, and what they are once app:v2 is set: every other byte as before. */
const EDITS: readonly { readonly name: string; readonly before: string; readonly after: string }[] = [
  {
    name: 'a plain value, with all that is around it',
    before: `# about\n\nspec:\n    image:   app:v1   ${APP}\n    list:\n    - a  # b\n\n`,
    after: `# about\n\nspec:\n    image:   app:v2   ${APP}\n    list:\n    - a  # b\n\n`,
  },
  {
    name: 'line ends of Windows, and one of Unix among them',
    before: `kind: A\r\nimage: app:v1 ${APP}\r\nb: 1\nc: 2\r\n`,
    after: `kind: A\r\nimage: app:v2 ${APP}\r\nb: 1\nc: 2\r\n`,
  },
  {
    name: 'a byte order mark, and no line end at the end',
    before: `\ufeffimage: app:v1 ${APP}`,
    after: `\ufeffimage: app:v2 ${APP}`,
  },
  {
    name: 'quotes of both kinds, over two lines too',
    before: `a: 'it''s' ${APP}\nb: "\\u263a" ${APP}\nc: "one\n  two" ${APP}\nd: 'one\n\n  two' ${APP}\n`,
    after: `a: 'app:v2' ${APP}\nb: "app:v2" ${APP}\nc: "app:v2" ${APP}\nd: 'app:v2' ${APP}\n`,
  },
  {
    name: 'anchors and tags, which stay',
    before: `a: &it !!str app:v1 ${APP}\nb: *it\nc: !<tag:yaml.org,2002:str> x ${APP}\nd: !image x ${APP}\n`,
    after: `a: &it !!str app:v2 ${APP}\nb: *it\nc: !<tag:yaml.org,2002:str> app:v2 ${APP}\nd: !image app:v2 ${APP}\n`,
  },
  {
    name: 'a tag of another type, which goes',
    before: `a: !!int 1 ${TAG}\nb: &b !!float 1 ${TAG}\nc: !<tag:yaml.org,2002:int> &c 1 ${TAG}\n`,
    after: `a: v2 ${TAG}\nb: &b v2 ${TAG}\nc: &c v2 ${TAG}\n`,
  },
  {
    name: 'brackets on one line and on many',
    before: `a: [x, y ${TAG}\n  ]\nb: {c: d, ${APP}\n    e: "f" , ${TAG}\n    g: h}\n`,
    after: `a: [x, v2 ${TAG}\n  ]\nb: {c: "app:v2", ${APP}\n    e: "v2" , ${TAG}\n    g: h}\n`,
  },
  {
    name: 'block scalars, down to one line',
    before: `a: |+ ${APP}\n    one\n\n      # two\n\n\nb: >2- ${APP}\n      deep\n  less\n   \nc: d\n`,
    after: `a: |- ${APP}\n    app:v2\n\n\nb: >- ${APP}\n      app:v2\n   \nc: d\n`,
  },
  {
    name: 'a block scalar without a line',
    before: `a: |- ${APP}\n\nb: | ${APP}\n`,
    after: `a: "app:v2" ${APP}\n\nb: "app:v2" ${APP}\n`,
  },
  {
    name: 'no digest, which is an empty text in each style',
    before: `a: x ${DIGEST}\nb: 'x' ${DIGEST}\nc: "x" ${DIGEST}\nd: |\n  x\ne: | ${DIGEST}\n  x\nf: g\n`,
    after: `a: "" ${DIGEST}\nb: '' ${DIGEST}\nc: "" ${DIGEST}\nd: |\n  x\ne: |- ${DIGEST}\n\nf: g\n`,
  },
  {
    name: 'the items of a list of objects',
    before: `kind: List\nitems:\n- kind: A\n  image: x ${APP}\n- kind: B\n  image: x ${APP}\n`,
    after: `kind: List\nitems:\n- kind: A\n  image: app:v2 ${APP}\n- kind: B\n  image: app:v2 ${APP}\n`,
  },
  {
    name: 'what only looks like a marker',
    before: `a: "b ${APP.replaceAll('"', "'")}"\nc: '${APP}'\nd: |\n  x ${APP}\ne: x#{"$imagepolicy":"apps:app"}\nf: y ${APP}\n`,
    after: `a: "b ${APP.replaceAll('"', "'")}"\nc: '${APP}'\nd: |\n  x ${APP}\ne: x#{"$imagepolicy":"apps:app"}\nf: app:v2 ${APP}\n`,
  },
  {
    name: 'markers of keys and of collections, which set nothing',
    before: `a: ${APP}\n  b: c\nd: [e] ${APP}\n? f ${APP}\n: g\n${APP}\nh: x ${APP}\n`,
    after: `a: ${APP}\n  b: c\nd: [e] ${APP}\n? f ${APP}\n: g\n${APP}\nh: app:v2 ${APP}\n`,
  },
  {
    name: 'an item below its marker, but not one below that of the item before',
    before: `a:\n${APP}\n- b\n- c: d\n  ${APP}\n- e\n- f\n${APP}\n\n- g\n`,
    after: `a:\n${APP}\n- app:v2\n- c: d\n  ${APP}\n- e\n- f\n${APP}\n\n- g\n`,
  },
];

/** Tags, and whether a plain scalar may hold them: what some reader of YAML takes for no string may not. */
const TAGS: readonly (readonly [tag: string, isPlain: boolean])[] = [
  ['v1.2.3', true],
  ['1.2.3', true],
  ['1.2', false],
  ['1.10', false],
  ['42', false],
  ['0x1F', false],
  ['0o17', false],
  ['010', false],
  ['089', false],
  ['1e3', false],
  ['1e999', false],
  ['0e12345', false],
  ['12345e6a', true],
  ['1_000', false],
  ['20:30', false],
  ['2024-01-01', false],
  ['2024-01-01T10', false],
  ['2024-01-01-abc', true],
  ['20240101', false],
  ['true', false],
  ['Yes', false],
  ['on', false],
  ['n', false],
  ['null', false],
  ['latest', true],
  ['a_b', true],
  ['_x', false],
  ['-x', false],
  ['a: b', false],
  ['a #b', false],
  ['a"b', false],
  ['a\nb: c', false],
  ['a\u2028b', false],
];

describe('setting images', () => {
  it.each(EDITS)('keeps $name', ({ before, after }) => {
    expect(set(before, { name: 'app', tag: 'v2' }).file?.content.toString()).toBe(after);
  });

  it.each(TAGS)('writes the tag %j as a string, plain: %s', (tag, isPlain) => {
    const before = `a: x ${TAG}\nb: [x ${TAG}\n  ]\nc: 'x' ${TAG}\n`;
    const written = isPlain ? tag : JSON.stringify(tag).replace('\u2028', '\\u2028');
    const single = /^[\x21-\x7e]*$/.test(tag) ? `'${tag}'` : written;

    const { file } = set(before, { name: 'app', tag });

    expect(file?.content.toString()).toBe(
      `a: ${written} ${TAG}\nb: [${written} ${TAG}\n  ]\nc: ${single} ${TAG}\n`,
    );
  });

  it('tells what it changed where, in the order of the file', () => {
    const metadata = 'metadata:\n  name: web\n  namespace: apps\n';
    const text = `apiVersion: v1\nkind: A\n${metadata}image: x ${APP}\ntag: v2 ${TAG}\n---\nkind: B\nmetadata: {name: 12, namespace: ~}\nimage: x ${TAG}\n`;

    expect(set(text, { name: 'app', tag: 'v2', digest: 'sha256:abc' }).file?.changes).toEqual([
      {
        object: { apiVersion: 'v1', kind: 'A', name: 'web', namespace: 'apps' },
        change: { setter: 'apps:app', oldValue: 'x', newValue: 'app:v2@sha256:abc' },
      },
      {
        object: { apiVersion: '', kind: 'B', name: '12', namespace: '' },
        change: { setter: 'apps:app:tag', oldValue: 'x', newValue: 'v2' },
      },
    ]);
  });

  it('changes nothing where the right text stands, though as a number', () => {
    expect(set(`a: 42 ${TAG}\nb: 'app:42' ${APP}\n`, { name: 'app', tag: '42' })).toEqual({
      unknownPolicies: [],
    });
  });

  it('makes that number a string beside another change', () => {
    const { file } = set(`a: 42 ${TAG}\n---\nb: x ${APP}\n`, { name: 'app', tag: '42' });

    expect(file?.content.toString()).toBe(`a: "42" ${TAG}\n---\nb: app:42 ${APP}\n`);
    expect(file?.changes).toHaveLength(1);
  });

  it('names the markers of policies that it does not have, once each', () => {
    const unknown = ['other:app', 'apps:app:version', 'apps:none:tag', 'apps', 'other:app'];
    const lines = unknown.map((setter, index) => `k${index}: x # {"$imagepolicy": "${setter}"}\n`);

    expect(set(`${lines.join('')}a: x ${TAG}\n`, { name: 'app', tag: 'v2' })).toMatchObject({
      unknownPolicies: ['other:app', 'apps:app:version', 'apps:none:tag', 'apps'],
      file: { changes: [{ change: { newValue: 'v2' } }] },
    });
  });

  it('does not read a file without the marker', () => {
    expect(set('a: [ # $imagepolicy\n', { name: 'app', tag: 'v2' })).toEqual({ unknownPolicies: [] });
  });

  it('sets thousands of markers in a large file', () => {
    const line = `- image: app:v1 ${APP}\n  text: ${'long '.repeat(20)}\n`;
    const count = 6000;

    const { file } = set(`a:\n${line.repeat(count)}`, { name: 'app', tag: 'v2' });

    expect(file?.content.toString() === `a:\n${line.replace('v1', 'v2').repeat(count)}`).toBe(true);
    expect(file?.changes).toHaveLength(count);
  });
});

describe('a file is left alone', () => {
  const good = `a: x ${TAG}\n`;

  it.each([
    ['that does not parse', `${good}---\nb: [\n`, 'f.yaml:4:1: Flow sequence in block collection must be'],
    ['with a template', `{{ if .Values.a }}\n${good}{{ end }}\n`, 'f.yaml:'],
    ['of a list', `${good}---\n- b\n`, 'f.yaml:2:1: the document is no object'],
    ['of a text', `a ${TAG}\n`, 'f.yaml:1:1: the document is no object'],
    ['with control characters', `${good}b: \u0001\n`, 'f.yaml:2:4: control characters'],
    ['with a lone return', `${good}b: c\rd: e\n`, 'f.yaml:2: a line ends in CR'],
    ['with an alias of nothing', `${good}---\nb: 1\nc:\n  - *b\n`, 'f.yaml:5:5: unknown anchor "b"'],
    ['with an alias above its anchor', `${good}b: *c\nd: &c 1\n`, 'f.yaml:2:4: unknown anchor "c"'],
    ['nested too deep', `${good}b: ${'['.repeat(101)}${']'.repeat(101)}\n`, 'f.yaml:2:104: nested deeper'],
    ['that is too large', `${good}# ${'x'.repeat(5 * 1024 * 1024)}\n`, 'f.yaml: file is larger than 5 MiB'],
  ])('%s', (_case, text, problem) => {
    const outcome = set(text, { name: 'app', tag: 'v2' });

    expect(outcome).toEqual({ unknownPolicies: [], problem: expect.stringContaining(problem) });
  });

  it('that is not UTF-8', () => {
    const content = Buffer.concat([Buffer.from(good), Buffer.from([0x23, 0xe9, 0x0a])]);

    expect(setImages('f.yaml', content, IMAGES)).toEqual({
      unknownPolicies: [],
      problem: 'f.yaml: file is not UTF-8 text',
    });
  });
});

const IMAGES = new Map([['apps:app', { name: 'app', tag: 'v2' }]]);

function set(text: string, image: PolicyImage) {
  return setImages('f.yaml', Buffer.from(text), new Map([['apps:app', image]]));
}

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDefaultValues, writeChartYaml } from '../../../../../activities/fetch/chart/chart-values.ts';
import {
  mergeFromArtifact,
  mergeFromChart,
  valuesFilesOf,
} from '../../../../../activities/fetch/chart/values-files.ts';

const FILES: Readonly<Record<string, string>> = {
  'values.yaml': 'a: 1\nmap: {x: 1, in: {z: 1}}\nlist: [1, 2]\nkept: text\n',
  'values-prod.yaml': 'a: 2\nmap: {in: {q: 2}}\nlist: [3]\n',
  'env/null.yaml': 'a: null\nmap: null\n',
  'env/scalar.yaml': 'map: 5\n',
  'env/twice.yaml': 'a: 1\na: 7\n',
  'env/empty.yaml': '# nothing\n',
  'env/big.yaml': 'big: 12345678901234567890\nfloat: 1.50\noctal: 0644\nyes: on\n',
  'env/proto.yaml': '__proto__: {a: 1}\n',
  'env/broken.yaml': 'a: [\n',
  'env/list.yaml': '- a\n',
  'templates/x.yaml': 'a: 1\n',
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-values-'));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await symlink(join(root, 'values.yaml'), join(root, 'link.yaml'));
});
afterAll(() => rm(root, { recursive: true }));

const chart = new Map(Object.entries(FILES).map(([path, text]) => [path, Buffer.from(text)]));
const places = {
  'a chart': (valuesFiles: readonly string[], ignoreMissing = false) =>
    mergeFromChart({ valuesFiles, ignoreMissing }, chart),
  'an artifact': (valuesFiles: readonly string[], ignoreMissing = false) =>
    mergeFromArtifact({ valuesFiles, ignoreMissing }, root),
};

describe.each(Object.entries(places))('values files of %s', (_place, merge) => {
  it.each([
    [
      ['values.yaml', 'values-prod.yaml'],
      { a: 2, map: { x: 1, in: { z: 1, q: 2 } }, list: [3], kept: 'text' },
    ],
    [
      ['values-prod.yaml', 'values.yaml'],
      { a: 1, map: { x: 1, in: { z: 1, q: 2 } }, list: [1, 2], kept: 'text' },
    ],
    [['values-prod.yaml'], { a: 2, map: { in: { q: 2 } }, list: [3] }],
    [['values-prod.yaml', 'env/null.yaml'], { a: null, map: null, list: [3] }],
    [['values-prod.yaml', 'env/scalar.yaml'], { a: 2, map: 5, list: [3] }],
    [['env/scalar.yaml', 'values-prod.yaml'], { a: 2, map: { in: { q: 2 } }, list: [3] }],
    [['./env/../env/twice.yaml'], { a: 7 }],
    [['env/empty.yaml'], {}],
  ])('%j merge in their order', async (valuesFiles, expected) => {
    expect(await merge(valuesFiles)).toEqual({ values: expected, files: valuesFiles });
  });

  it('may be missing only where the spec says so', async () => {
    await expect(merge(['no.yaml'])).rejects.toThrow(
      "no values file found at path 'no.yaml'; add it, or set spec.ignoreMissingValuesFiles",
    );
    expect(await merge(['no.yaml', 'env/scalar.yaml'], true)).toEqual({
      values: { map: 5 },
      files: ['env/scalar.yaml'],
    });
    expect(await merge(['no.yaml'], true)).toEqual({ values: {}, files: [] });
  });

  it.each(['env/broken.yaml', 'env/list.yaml'])('are refused by name and line: %s', async (path) => {
    await expect(merge(['values.yaml', path])).rejects.toThrow(`spec.valuesFiles[1] ${path}: ${path}:`);
  });

  it('keep a key that is special to JavaScript', async () => {
    const { values } = await merge(['env/proto.yaml', 'env/scalar.yaml']);

    expect(Object.keys(values)).toEqual(['__proto__', 'map']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('read back as they were', async () => {
    const { values } = await merge(['env/big.yaml']);

    expect(writeChartYaml(values).toString()).toContain('big: 12345678901234567890\n');
    expect(readDefaultValues(writeChartYaml(values), 'values.yaml')).toEqual(values);
  });
});

describe('values files of a chart', () => {
  it('are not those of templates', async () => {
    await expect(places['a chart'](['templates/x.yaml'])).rejects.toThrow('no values file found');
  });
});

describe('values files of an artifact', () => {
  it.each([
    ['../values.yaml', 'is outside the artifact'],
    ['env/../../values.yaml', 'is outside the artifact'],
    ['link.yaml', 'is a symbolic link'],
    ['env', 'is a directory'],
  ])('stay inside: %s', async (path, message) => {
    await expect(places['an artifact']([path])).rejects.toThrow(message);
    await expect(places['an artifact']([path], true)).rejects.toThrow(message);
  });

  it('may begin with a slash, which is the root', async () => {
    expect((await places['an artifact'](['/env/scalar.yaml'])).values).toEqual({ map: 5 });
  });
});

describe('the default values', () => {
  it('are merged from all documents of the file, as helm reads it', () => {
    const text = 'a: {x: 1}\n---\na: {z: 2}\n---\n# nothing\n';

    expect(readDefaultValues(Buffer.from(text), 'values.yaml')).toEqual({ a: { x: 1, z: 2 } });
  });

  it('without any are an empty file', () => {
    expect(writeChartYaml({}).toString()).toBe('');
  });

  it.each([
    [undefined, []],
    [['values.yaml'], []],
    [['./values.yaml'], []],
    [
      ['values.yaml', 'x.yaml'],
      ['values.yaml', 'x.yaml'],
    ],
    [['x.yaml'], ['x.yaml']],
  ])('are replaced by %j: %j', (valuesFiles, expected) => {
    expect(valuesFilesOf({ valuesFiles }).valuesFiles).toEqual(expected);
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArtifactStore, createArtifactStore } from '../../../../activities/fetch/store.ts';
import { isStorePath } from '../../../../activities/fetch/store-path.ts';

const REPOSITORY = { kind: 'HelmRepository', namespace: 'apps', name: 'charts' };
const CHART = { kind: 'HelmChart', namespace: 'apps', name: 'apps-web' };

let root: string;
let store: ArtifactStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-store-'));
  store = createArtifactStore(root);
});
afterEach(() => rm(root, { recursive: true }));

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function textAt(path: string): Promise<string | undefined> {
  const file = await store.fileOf(path);
  return file === undefined ? undefined : await readFile(file, 'utf8');
}

it('keeps an index by its digest', async () => {
  const stored = await store.putIndex(REPOSITORY, bytes('index'));

  expect(stored).toEqual({
    path: `helmrepository/apps/charts/index-${hexOf('index')}.yaml`,
    digest: `sha256:${hexOf('index')}`,
    size: 5,
  });
  expect(await textAt(stored.path)).toBe('index');
});

describe('a chart', () => {
  it('is kept by its name and version', async () => {
    const { path } = await store.putChart(CHART, { name: 'web', version: '1.2.3+4' }, bytes('chart'));

    expect(path).toBe('helmchart/apps/apps-web/web-1.2.3+4.tgz');
    expect(await textAt(path)).toBe('chart');
    expect((await store.putChart(CHART, { name: 'web', version: '1.2.3+4' }, bytes('chart'))).path).toBe(
      path,
    );
  });

  it('gets another name when its version has other bytes already, which stay as they were given out', async () => {
    const version = { name: 'web', version: '1.2.3' };
    const first = await store.putChart(CHART, version, bytes('chart'));

    const second = await store.putChart(CHART, version, bytes('other'));

    expect(second.path).toBe(`helmchart/apps/apps-web/web-1.2.3-${hexOf('other').slice(0, 16)}.tgz`);
    expect([await textAt(first.path), await textAt(second.path)]).toEqual(['chart', 'other']);
  });

  it.each([
    ['../web', '1.2.3'],
    ['web', '../../1.2.3'],
    ['.web', '1.2.3'],
    ['web', `1.2.3-${'x'.repeat(230)}`],
  ])('of the name %s and version %s is not kept', async (name, version) => {
    await expect(store.putChart(CHART, { name, version }, bytes('chart'))).rejects.toThrow('is no file name');
  });
});

it('keeps the newest two records of an object, of whatever kind they are', async () => {
  const paths: string[] = [];
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    paths.push((await store.putChart(CHART, { name: 'web', version }, bytes(version))).path);
  }

  expect(await Promise.all(paths.map(textAt))).toEqual([undefined, '1.1.0', '1.2.0']);
});

it.each([
  ['helmchart/apps/web/web-1.0.0+1.tgz', true],
  ['helmrepository/apps/charts/index-abc.yaml', true],
  ['gitrepository/apps/app/main.tar.gz', true],
  ['helmchart/apps/web/web.tgz.exe', false],
  ['helmchart/apps/web/.tgz', false],
  ['helmchart/apps/../web.tgz', false],
  ['helmchart/apps/web', false],
  [`helmchart/apps/web/${'x'.repeat(300)}.tgz`, false],
])('%s may be a path of the store: %s', (path, may) => {
  expect(isStorePath(path)).toBe(may);
});

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenArtifact, type OpenArtifact } from '../../../../activities/fetch/open-artifact.ts';
import { type ArtifactStore, createArtifactStore } from '../../../../activities/fetch/store.ts';
import { forgeTar } from '../../../support/forge-tar.ts';
import { readTree } from '../../../support/read-tree.ts';

const ARCHIVE = forgeTar([{ path: 'a.yaml', content: 'one' }]);
const OWNER = { kind: 'GitRepository', namespace: 'apps', name: 'app' };
const ANY_TIME = { signal: new AbortController().signal };

let dataDir: string;
let store: ArtifactStore;
let open: OpenArtifact;
let server: Server;
let requests: string[];
let answer: (path: string) => { status?: number; body?: Buffer; location?: string } | 'hang';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pawl-open-'));
  store = createArtifactStore(join(dataDir, 'artifacts'));
  open = createOpenArtifact({ dataDir, store });
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const given = answer(request.url ?? '');
    if (given === 'hang') return;
    response
      .writeHead(given.status ?? 200, given.location ? { Location: given.location } : {})
      .end(given.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dataDir, { recursive: true });
});

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function remote(bytes: Buffer = ARCHIVE, path = '/artifact.tar.gz') {
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    path: 'elsewhere',
    digest: digestOf(bytes),
    revision: 'main@sha1:x',
  };
}

async function local(bytes: Buffer = ARCHIVE) {
  const stored = await store.put(OWNER, 'c0ffee', chunks(bytes));
  return { ...remote(bytes), path: stored.path };
}

describe('an artifact of the local store', () => {
  it('is opened without asking anybody', async () => {
    const artifact = await local();

    expect(await readTree(await open(artifact, ANY_TIME))).toEqual({ 'a.yaml': 'one' });
    expect(requests).toEqual([]);
  });

  it('is fetched anew when its bytes were changed on the disk', async () => {
    const artifact = await local();
    await writeFile(join(dataDir, 'artifacts', artifact.path), forgeTar([{ path: 'evil', content: '!' }]));
    answer = () => ({ body: ARCHIVE });

    expect(await readTree(await open(artifact, ANY_TIME))).toEqual({ 'a.yaml': 'one' });
    expect(await store.has(artifact.path)).toBe(false);
  });
});

describe('an artifact of another server', () => {
  it('is downloaded once for all who ask, and then kept', async () => {
    answer = () => ({ body: ARCHIVE });
    const artifact = remote();

    const [first, second] = await Promise.all([open(artifact, ANY_TIME), open(artifact, ANY_TIME)]);
    const third = await open(artifact, ANY_TIME);

    expect(await readTree(first)).toEqual({ 'a.yaml': 'one' });
    expect([second, third]).toEqual([first, first]);
    expect(requests).toHaveLength(1);
  });

  it('is waited for while the server starts', async () => {
    const statuses = [404, 503, 200];
    answer = () => ({ status: statuses.shift() ?? 200, body: ARCHIVE });

    expect(await readTree(await open(remote(), ANY_TIME))).toEqual({ 'a.yaml': 'one' });
  });

  it('follows redirects, but not for ever', async () => {
    answer = (path) =>
      path === '/artifact.tar.gz' ? { status: 302, location: '/moved' } : { body: ARCHIVE };
    await open(remote(), ANY_TIME);

    answer = (path) => ({ status: 302, location: `${path}x` });
    await expect(open(remote(forgeTar([])), ANY_TIME)).rejects.toMatchObject({
      message: expect.stringContaining('redirects'),
    });
    expect(requests).toHaveLength(2 + 6);
  });

  it.each([
    ['is not there', { status: 404 }, false, 'artifact not found'],
    ['is forbidden', { status: 403 }, true, 'HTTP 403'],
    [
      'has another digest',
      { body: forgeTar([{ path: 'evil' }]) },
      false,
      'the digest of what was downloaded is not',
    ],
  ])('that %s fails as ArtifactFailed', async (_name, given, nonRetryable, message) => {
    answer = () => given;

    await expect(open(remote(), ANY_TIME)).rejects.toMatchObject({
      type: 'ArtifactFailed',
      nonRetryable,
      message: expect.stringContaining(message),
    });
    expect(await readTree(dataDir)).toEqual({});
  });

  it('leaves nothing behind when the archive is refused', async () => {
    const hostile = forgeTar([{ path: 'a' }, { path: '../x' }]);
    answer = () => ({ body: hostile });

    await expect(open(remote(hostile), ANY_TIME)).rejects.toMatchObject({
      type: 'ArtifactFailed',
      nonRetryable: true,
    });
    expect(await readdir(join(dataDir, 'extracted'))).toEqual([]);
  });

  it('ends for who gives up, not for who still waits', async () => {
    const gone = new Error('gave up');
    const controller = new AbortController();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    let isReady = false;
    answer = () => {
      resolve();
      return isReady ? { body: ARCHIVE } : { status: 503 };
    };

    const impatient = open(remote(), { signal: controller.signal });
    const patient = open(remote(), ANY_TIME);
    await asked;
    controller.abort(gone);
    isReady = true;

    await expect(impatient).rejects.toBe(gone);
    expect(await readTree(await patient)).toEqual({ 'a.yaml': 'one' });
  });

  it('is asked for again after everybody gave up', async () => {
    const controller = new AbortController();
    answer = () => {
      controller.abort(new Error('gave up'));
      return 'hang';
    };

    await expect(open(remote(), { signal: controller.signal })).rejects.toThrow('gave up');
    answer = () => ({ body: ARCHIVE });

    expect(await readTree(await open(remote(), ANY_TIME))).toEqual({ 'a.yaml': 'one' });
  });

  it.each(['md5:d41d8cd98f00b204e9800998ecf8427e', 'sha256:../../x', 'sha256', ''])(
    'with the digest %j is refused',
    async (digest) => {
      await expect(open({ ...remote(), digest }, ANY_TIME)).rejects.toMatchObject({
        type: 'ArtifactFailed',
        nonRetryable: true,
      });
    },
  );
});

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

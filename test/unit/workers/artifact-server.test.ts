import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactStore, type StoredFile } from '../../../activities/fetch/store.ts';
import { type ArtifactServer, startArtifactServer } from '../../../workers/artifact-server.ts';

const OWNER = { kind: 'GitRepository', namespace: 'apps', name: 'app' };

let root: string;
let server: ArtifactServer;
let stored: StoredFile;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-server-'));
  const store = createArtifactStore(join(root, 'artifacts'));
  stored = await store.put(OWNER, 'c0ffee', content('archive'));
  await writeFile(join(root, 'secret.tar.gz'), 'CANARY');
  server = await startArtifactServer({ store });
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

describe('the artifact server', () => {
  it('listens on loopback unless told otherwise', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('gives an artifact and its head', async () => {
    const response = await fetch(`${server.url}/${stored.path}`);
    const head = await fetch(`${server.url}/${stored.path}`, { method: 'HEAD' });

    expect(await response.text()).toBe('archive');
    expect(await head.text()).toBe('');
    for (const { status, headers } of [response, head]) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/gzip');
      expect(headers.get('content-length')).toBe('7');
      expect(headers.get('etag')).toContain(stored.digest.slice(7, 23));
    }
  });

  it('gives an index as what it is, and a chart so that nobody keeps one of an older name', async () => {
    const store = createArtifactStore(join(root, 'artifacts'));
    const index = await store.putIndex({ ...OWNER, kind: 'HelmRepository' }, content('index'));
    const chart = { name: 'web', version: '1.0.0' };
    const packed = await store.putChart({ ...OWNER, kind: 'HelmChart' }, chart, content('chart'));

    const [first, second] = await Promise.all([
      fetch(`${server.url}/${index.path}`),
      fetch(`${server.url}/${packed.path}`),
    ]);

    expect(first.headers.get('content-type')).toBe('application/yaml');
    expect(first.headers.get('cache-control')).toContain('immutable');
    expect(second.headers.get('content-type')).toBe('application/gzip');
    expect(second.headers.get('cache-control')).toBe('no-cache');
    expect(await second.text()).toBe('chart');
  });

  it('sends nothing twice to who has it', async () => {
    const { headers } = await fetch(`${server.url}/${stored.path}`);
    const again = await fetch(`${server.url}/${stored.path}`, {
      headers: { 'If-None-Match': headers.get('etag') ?? '' },
    });

    expect(again.status).toBe(304);
  });

  it.each([
    '/',
    '/gitrepository/',
    '/gitrepository/apps/app',
    '/gitrepository/apps/app/',
    '/gitrepository/apps/app/none.tar.gz',
    '/../secret.tar.gz',
    '/gitrepository/apps/../../../secret.tar.gz',
    '/gitrepository/apps/app/..%2f..%2f..%2f..%2fsecret.tar.gz',
    '/%2e%2e/secret.tar.gz',
    '/gitrepository/../../secret.tar.gz',
    '//secret.tar.gz',
    '/.tmp/a/b/x.tar.gz',
    '/gitrepository/apps/app/\\..\\x.tar.gz',
  ])('answers 404 to %s', async (path) => {
    expect(await raw(path)).toEqual({ status: 404, body: '' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await fetch(`${server.url}/${stored.path}`, { method })).status).toBe(405);
  });
});

// fetch would tidy the path before it sends it.
function raw(path: string): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('error', reject).end();
  });
}

async function* content(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

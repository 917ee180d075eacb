import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { targetOfRef } from '../../activities/observe/object.ts';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome } from '../support/flux.ts';
import { temporaryFolder } from '../support/harness.ts';

test('a Kustomization consumes an artifact that another controller made and serves', async () => {
  const home = await fluxHome({ source: false });
  const artifact = await archiveOf({ 'app/one.yaml': configMap('one', { by: 'another' }) });
  const { url } = await serve(() => artifact);
  await announce(home, { url, digest: digestOf(artifact), revision: 'v1@sha1:abc' });
  await home.kustomization('app', { path: './app' });

  await home.ready('Kustomization', 'app', 'v1@sha1:abc');

  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { by: 'another' } });
});

test('an artifact that does not have its digest is never applied', async () => {
  const home = await fluxHome({ source: false });
  const promised = await archiveOf({ 'app/one.yaml': configMap('one') });
  const served = await archiveOf({ 'app/one.yaml': configMap('one', { evil: 'yes' }) });
  let answer = served;
  const { url } = await serve(() => answer);
  await announce(home, { url, digest: digestOf(promised), revision: 'v1@sha1:abc' });
  await home.kustomization('app', { path: './app', retryInterval: '1s' });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ArtifactFailed');
  expect(message).toContain('digest');
  expect(message).toContain(digestOf(promised));
  expect(await home.live('ConfigMap', 'one')).toBeUndefined();

  answer = promised;
  await home.ready('Kustomization', 'app', 'v1@sha1:abc');
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { key: 'value' } });
});

test('an artifact that is not there is said to be missing, and waited for', async () => {
  const home = await fluxHome({ source: false });
  const artifact = await archiveOf({ 'app/one.yaml': configMap('one') });
  let isThere = false;
  const { url } = await serve(() => (isThere ? artifact : undefined));
  await announce(home, { url, digest: digestOf(artifact), revision: 'v1@sha1:abc' });
  await home.kustomization('app', { path: './app', retryInterval: '1s' });

  const { message } = await home.condition('Kustomization', 'app', 'Ready', 'ArtifactFailed');
  expect(message).toContain('404');
  isThere = true;

  const { status } = await home.ready('Kustomization', 'app');
  expect(status?.lastAppliedRevision).toBe('v1@sha1:abc');
});

/** A source that we leave alone, with the status that its own controller has written. */
async function announce(
  home: FluxHome,
  artifact: { readonly url: string; readonly digest: string; readonly revision: string },
): Promise<void> {
  await home.source('home', { suspend: true });
  const status = { artifact: { ...artifact, path: 'x.tar.gz', lastUpdateTime: '2026-01-01T00:00:00Z' } };
  const target = targetOfRef(home.ref(Kind.GitRepository, 'home'));
  await home.kube.patch(target, { status }, { type: 'merge', subresource: 'status' });
}

/** As plain `tar` makes it. */
async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const dir = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, 'tree', path, '..'), { recursive: true });
    writeFileSync(join(dir, 'tree', path), content);
  }
  await promisify(execFile)('tar', ['-czf', join(dir, 'x.tar.gz'), '-C', join(dir, 'tree'), '.']);
  return readFileSync(join(dir, 'x.tar.gz'));
}

async function serve(answer: () => Buffer | undefined): Promise<{ readonly url: string }> {
  const server = createServer((_request, response) => {
    const body = answer();
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/where.tar.gz` };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../../../api/artifact.ts';
import {
  type ChartFixture,
  createChartFixture,
  helmRepositoryObject,
} from '../../../../support/chart-fixture.ts';
import { type ChartServer, startChartServer, testCertificates } from '../../../../support/chart-server.ts';
import { secretData } from '../../../../support/git-fixture.ts';
import { startHttpFront } from '../../../../support/http-front.ts';

const CANARY = 'CANARY-password';
const SMALL =
  'apiVersion: v1\nentries:\n  app:\n  - name: app\n    version: 1.0.0\n    urls:\n    - app.tgz\n';
const certificates = testCertificates();

let fixture: ChartFixture;
let root: string;
let server: ChartServer;

beforeEach(async () => {
  fixture = await createChartFixture();
  root = await mkdtemp(join(tmpdir(), 'pawl-repository-'));
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function serve(options: Partial<Parameters<typeof startChartServer>[0]> = {}, index = SMALL) {
  server = await startChartServer({ root, ...options });
  server.put('index.yaml', index);
}

function fetched(spec: Readonly<Record<string, unknown>> = {}, artifact?: Artifact) {
  const status = artifact && { artifact };
  return fixture.charts.fetchIndex(
    helmRepositoryObject({ url: server.url, ...spec }, status),
    fixture.options,
  );
}

function checked(artifact: Artifact) {
  const repository = helmRepositoryObject({ url: server.url }, { artifact });
  return fixture.charts.check(repository, fixture.options.signal);
}

const credentials = { secretRef: { name: 'credentials' } };
const authority = { certSecretRef: { name: 'tls' } };

describe('the index of a repository', () => {
  it('becomes an artifact, by the digest of its bytes', async () => {
    await serve();

    const { artifact, unchanged, size, warnings } = await fetched();

    expect({ unchanged, size, warnings }).toEqual({ unchanged: false, size: SMALL.length, warnings: [] });
    expect(artifact.revision).toBe(artifact.digest);
    expect(artifact.path).toBe(`helmrepository/apps/charts/index-${artifact.digest.slice(7)}.yaml`);
    expect(await (await fetch(artifact.url)).text()).toBe(SMALL);
    expect(fixture.beats).toEqual([{ fetching: `${server.url}/` }]);
    expect(await readdir(join(fixture.dataDir, 'indexes'))).toEqual([]);
  });

  it('is asked for with what the server said the last time', async () => {
    await serve();
    const { artifact } = await fetched();
    server.clearRequests();

    expect(await fetched({}, artifact)).toEqual({ unchanged: true, artifact, size: SMALL.length });
    expect(await checked(artifact)).toEqual({ revision: artifact.revision, changed: false });

    for (const { headers } of server.requests) expect(headers['if-none-match']).toMatch(/^"[0-9a-f]+"$/);
    expect(server.requests).toHaveLength(2);
  });

  it('is the same one when its bytes are, though the server cannot tell', async () => {
    await serve();
    const { artifact } = await fetched();
    await using front = await startHttpFront({ target: server.url, drop: 'if-none-match' });

    expect(await fetched({ url: front.url }, artifact)).toMatchObject({ unchanged: true, artifact });
  });

  it('is fetched anew when somebody else may see another one', async () => {
    await serve();
    const { artifact } = await fetched();
    fixture.secrets.set('apps/credentials', secretData({ username: 'a', password: CANARY }));
    server.clearRequests();

    expect(await fetched(credentials, artifact)).toMatchObject({ unchanged: true });
    expect(server.requests[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it('is fetched anew when its artifact is lost', async () => {
    await serve();
    const { artifact } = await fetched();
    await rm(join(fixture.dataDir, 'artifacts'), { recursive: true });

    expect(await checked(artifact)).toEqual({ revision: artifact.revision, changed: true });
    expect(await fetched({}, artifact)).toMatchObject({ unchanged: false });
    expect(await fixture.store.has(artifact.path)).toBe(true);
  });

  it('is told as changed when it is, and becomes another artifact', async () => {
    await serve();
    const { artifact } = await fetched();
    server.put('index.yaml', SMALL.replace('1.0.0', '1.1.0'));

    expect(await checked(artifact)).toMatchObject({ changed: true });
    const next = await fetched({}, artifact);

    expect(next.unchanged).toBe(false);
    expect(next.artifact.revision).not.toBe(artifact.revision);
    expect(await fixture.store.has(artifact.path)).toBe(true);
  });

  it('never takes the place of a good one when it is broken, however often it changes', async () => {
    await serve();
    const { artifact } = await fetched();
    for (const fault of ['1', '2', '3']) {
      server.put('index.yaml', `${SMALL}  broken: ${fault}\n`);
      await expect(fetched({}, artifact)).rejects.toMatchObject({ type: 'IndexationFailed' });
    }

    expect(await fixture.store.has(artifact.path)).toBe(true);
    expect(await readdir(join(fixture.dataDir, 'indexes'))).toEqual([]);
  });

  it('comes packed if the server packs it, and is bounded unpacked', async () => {
    await serve();
    let body = gzipSync(SMALL);
    await using packing = await startHttpFront({
      target: server.url,
      answer: (_request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body);
        return true;
      },
    });

    const { artifact } = await fetched({ url: packing.url });
    expect(await readFile(join(fixture.dataDir, 'artifacts', artifact.path), 'utf8')).toBe(SMALL);

    body = gzipSync(Buffer.alloc(51 * 1024 * 1024, ' '));
    await expect(fetched({ url: packing.url })).rejects.toMatchObject({
      type: 'Failed',
      nonRetryable: true,
      message: expect.stringContaining('the server sends more than 52428800 bytes'),
    });
  });

  it('is below the path of the URL, and keeps its query', async () => {
    await serve({ path: '/stable/charts' });

    await fetched({ url: `${server.url}//?tenant=7` });

    expect(server.requests[0]?.path).toBe('/stable/charts/index.yaml?tenant=7');
  });
});

describe('a repository that wants to know who asks', () => {
  beforeEach(() => serve({ auth: { username: 'us.er', password: CANARY } }));

  it('is shown username and password', async () => {
    fixture.secrets.set('apps/credentials', secretData({ username: 'us.er', password: CANARY }));

    expect(await fetched(credentials)).toMatchObject({ unchanged: false });
  });

  it.each([
    [
      'the wrong password',
      { username: 'us.er', password: 'WRONG-password' },
      'HTTP 401; correct the credentials',
    ],
    ['a username alone', { username: 'us.er' }, "has only one of 'username' and 'password'"],
    ['a password alone', { password: CANARY }, "has only one of 'username' and 'password'"],
    ['nothing at all', {}, 'HTTP 401; correct the credentials'],
    [
      'a Secret that is not there',
      undefined,
      "secret 'apps/credentials' of spec.secretRef not found; create it",
    ],
  ])('fails as AuthenticationFailed with %s', async (_name, secret, message) => {
    if (secret) fixture.secrets.set('apps/credentials', secretData(secret));
    const failure = fetched(credentials);

    await expect(failure).rejects.toMatchObject({
      type: 'AuthenticationFailed',
      message: expect.stringContaining(message),
    });
    await expect(failure).rejects.not.toThrow(/CANARY|WRONG/);
  });
});

describe('a repository over TLS', () => {
  beforeEach(() =>
    serve({
      tls: {
        key: certificates['server.key'],
        cert: certificates['server.crt'],
        ca: certificates['ca.crt'],
        requestCert: true,
        rejectUnauthorized: true,
      },
    }),
  );

  const client = { 'tls.crt': certificates['client.crt'], 'tls.key': certificates['client.key'] };

  it('is believed by the authority of certSecretRef, and shown the certificate', async () => {
    fixture.secrets.set('apps/tls', { ...client, 'ca.crt': certificates['ca.crt'] } as Record<
      string,
      Buffer
    >);

    expect(await fetched(authority)).toMatchObject({ unchanged: false });
  });

  it('finds them in secretRef as well, as older objects have it', async () => {
    const older = { caFile: 'ca.crt', certFile: 'client.crt', keyFile: 'client.key' };
    const data = Object.entries(older).map(([key, file]) => [key, certificates[file]]);
    fixture.secrets.set('apps/credentials', Object.fromEntries(data) as Record<string, Buffer>);

    expect(await fetched(credentials)).toMatchObject({ unchanged: false });
  });

  it.each([
    ['of an authority that nobody knows', {}, 'Failed', 'put the certificate of its authority into a Secret'],
    [
      'with half a pair',
      { 'tls.crt': client['tls.crt'] },
      'AuthenticationFailed',
      "has only one of 'tls.crt' and",
    ],
    [
      'with a broken key',
      { ...client, 'tls.key': Buffer.from('CANARY') },
      'AuthenticationFailed',
      'cannot be read',
    ],
    ['with a broken authority', { 'ca.crt': Buffer.from('CANARY') }, 'AuthenticationFailed', 'without a PEM'],
  ])('is not spoken to %s', async (_name, secret, type, message) => {
    fixture.secrets.set('apps/tls', secret as Record<string, Buffer>);
    const failure = fetched(authority);

    await expect(failure).rejects.toMatchObject({ type, message: expect.stringContaining(message) });
    await expect(failure).rejects.not.toThrow(/CANARY/);
  });
});

describe('an index that cannot be had', () => {
  it.each([
    ['is not there', 404, true, 'HTTP 404; see whether spec.url is right'],
    ['is of a server in trouble', 503, false, 'HTTP 503'],
    ['is of a server that has enough', 429, false, 'HTTP 429'],
    ['breaks off', 'drop' as const, false, 'the connection broke off'],
  ])('that %s fails as Failed', async (_name, fault, nonRetryable, message) => {
    await serve();
    server.setFault(() => fault);

    await expect(fetched()).rejects.toMatchObject({
      type: 'Failed',
      nonRetryable,
      message: expect.stringContaining(message),
    });
    await expect(fetched()).rejects.toThrow(
      `failed to fetch Helm repository index: HelmRepository 'apps/charts' (${server.url}/): `,
    );
  });

  it('is given up after spec.timeout', async () => {
    await serve();
    server.setFault(() => ({ delayMs: 60_000 }));

    await expect(fetched({ timeout: '50ms' })).rejects.toMatchObject({
      type: 'Failed',
      nonRetryable: false,
      message: expect.stringContaining('did not answer in time'),
    });
  });

  it('ends with the reason of whoever stops it', async () => {
    await serve();
    const stop = new AbortController();
    server.setFault(() => {
      stop.abort(new Error('shutting down'));
      return { delayMs: 60_000 };
    });

    const options = { ...fixture.options, signal: stop.signal };
    const stopped = fixture.charts.fetchIndex(helmRepositoryObject({ url: server.url }), options);
    await expect(stopped).rejects.toThrow('shutting down');
  });

  it.each([
    ['oci://127.0.0.1/charts', "'oci' URL scheme cannot be used with 'default' HelmRepository type"],
    ['http://user:CANARY@127.0.0.1/', 'holds a password'],
    ['http://169.254.169.254/charts', 'points to a link-local or metadata address'],
    ['http://[fe80::1]/charts', 'points to a link-local or metadata address'],
    ['http://[::ffff:169.254.169.254]/charts', 'points to a link-local or metadata address'],
    ['http://2852039166/charts', 'points to a link-local or metadata address'],
    ['http://metadata.google.internal/', 'points to a link-local or metadata address'],
    ['http://a b/', 'holds white space'],
    ['http:///charts', 'must be http:// or https:// with a host'],
  ])('has a URL that stalls: %s', async (url, message) => {
    const failure = fixture.charts.fetchIndex(helmRepositoryObject({ url }), fixture.options);

    await expect(failure).rejects.toMatchObject({
      type: 'URLInvalid',
      details: [{ stalled: true }],
      message: expect.stringContaining(`invalid Helm repository URL: `),
    });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/CANARY/);
  });
});

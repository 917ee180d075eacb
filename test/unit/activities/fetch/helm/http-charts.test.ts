import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ChartFixture,
  createChartFixture,
  helmRepositoryObject,
} from '../../../../support/chart-fixture.ts';
import { type ChartServer, startChartServer } from '../../../../support/chart-server.ts';
import { CHART_NAMES, packageChart } from '../../../../support/charts.ts';
import { secretData } from '../../../../support/git-fixture.ts';
import { startHttpFront } from '../../../../support/http-front.ts';

const CANARY = 'CANARY-password';
const CHART = CHART_NAMES[0] ?? '';

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

function digestOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function indexWith(fields: Readonly<Record<string, unknown>>): string {
  const entries = { app: [{ name: 'app', version: '1.0.0', ...fields }] };
  return JSON.stringify({ apiVersion: 'v1', entries });
}

async function downloaded(spec: Readonly<Record<string, unknown>> = {}, chart = 'app') {
  const repository = helmRepositoryObject({ url: server.url, ...spec });
  const version = await fixture.charts.resolve(repository, { chart, version: '*' }, fixture.options);
  return await fixture.charts.download(repository, version, fixture.options);
}

describe('a chart that helm packed and indexed', () => {
  it('is found in the artifact of its repository, and downloaded as it is', async () => {
    server = await startChartServer({ root, path: '/charts' });
    await server.publish(CHART, { version: '1.2.3' });
    await server.publish(CHART, { version: '1.3.0-rc.1' });
    const repository = helmRepositoryObject({ url: server.url });
    const { artifact } = await fixture.charts.fetchIndex(repository, fixture.options);
    server.put('index.yaml', 'gone');
    server.clearRequests();

    const wanted = { chart: CHART, version: '>=1.0.0', index: artifact };
    const version = await fixture.charts.resolve(repository, wanted, fixture.options);
    const chart = await fixture.charts.download(repository, version, fixture.options);

    const packed = await readFile(await packageChart(CHART, { version: '1.2.3' }));
    expect(version).toMatchObject({ name: CHART, version: '1.2.3', digest: digestOf(packed) });
    expect(chart.content.equals(packed)).toBe(true);
    expect(chart).toMatchObject({ digest: `sha256:${digestOf(packed)}`, isVerified: false });
    expect(server.requests.map(({ path }) => path)).toEqual([`/charts/${CHART}-1.2.3.tgz`]);
  });

  it('is found in the artifact that another worker serves', async () => {
    server = await startChartServer({ root });
    await server.publish(CHART, { version: '1.2.3' });
    const repository = helmRepositoryObject({ url: server.url });
    const { artifact } = await fixture.charts.fetchIndex(repository, fixture.options);
    await using other = await createChartFixture();

    const wanted = { chart: CHART, version: '1.x', index: artifact };
    expect(await other.charts.resolve(repository, wanted, other.options)).toMatchObject({ version: '1.2.3' });
  });

  it('has its repository asked for an index that died with the worker that served it', async () => {
    server = await startChartServer({ root });
    await server.publish(CHART, { version: '1.2.3' });
    const repository = helmRepositoryObject({ url: server.url });
    const { artifact } = await fixture.charts.fetchIndex(repository, fixture.options);
    await using other = await createChartFixture();
    await fixture.server.close();

    const wanted = { chart: CHART, version: '*', index: artifact };
    await expect(other.charts.resolve(repository, wanted, other.options)).rejects.toMatchObject({
      type: 'ArtifactFailed',
      nonRetryable: false,
    });
    expect(other.asked).toEqual([{ kind: 'HelmRepository', namespace: 'apps', name: 'charts' }]);
  });
});

describe('where a chart is', () => {
  it.each([
    ['relative', 'app.tgz', '/charts/app.tgz?tenant=7'],
    ['relative with a query', 'app.tgz?version=1', '/charts/app.tgz?version=1'],
    ['below the host', '/elsewhere/app.tgz', '/elsewhere/app.tgz?tenant=7'],
    ['absolute', 'SERVER/absolute.tgz', '/absolute.tgz'],
  ])('is read from a %s address', async (_name, address, path) => {
    server = await startChartServer({ root });
    server.put('charts/index.yaml', indexWith({ urls: [address.replace('SERVER', server.url)] }));
    for (const file of ['charts/app.tgz', 'elsewhere/app.tgz', 'absolute.tgz']) server.put(file, 'chart');
    server.clearRequests();

    await downloaded({ url: `${server.url}/charts?tenant=7` });

    expect(server.requests.at(-1)?.path).toBe(path);
  });

  it.each([
    ['that is not told', [], "chart 'app' 1.0.0 of HelmRepository 'apps/charts'"],
    ['in a registry', ['oci://127.0.0.1/app:1.0.0'], 'its address in the index must be http:// or https://'],
    ['on the metadata server', ['http://169.254.169.254/app'], 'points to a link-local or metadata address'],
    ['that is none', ['http://'], 'its address in the index must be http:// or https:// with a host'],
    ['that holds a password', [`http://a:${CANARY}@127.0.0.1/x`], 'holds a password'],
  ])('%s fails as ChartPullError', async (_name, urls, message) => {
    server = await startChartServer({ root });
    server.put('index.yaml', indexWith({ urls }));

    await expect(downloaded()).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
    await expect(downloaded()).rejects.not.toThrow(/CANARY/);
  });
});

describe('a chart', () => {
  beforeEach(async () => {
    server = await startChartServer({ root });
  });

  it.each([
    ['is not there', 404, 'ChartPullError', true],
    ['is somebody else’s', 403, 'AuthenticationFailed', true],
    ['is of a server in trouble', 502, 'ChartPullError', false],
    ['breaks off', 'drop' as const, 'ChartPullError', false],
  ])('that %s fails', async (_name, fault, type, nonRetryable) => {
    server.put('index.yaml', indexWith({ urls: ['app.tgz'] }));
    server.setFault(({ path }) => (path === '/app.tgz' ? fault : undefined));

    await expect(downloaded()).rejects.toMatchObject({
      type,
      nonRetryable,
      message: expect.stringContaining(
        'chart pull error: failed to download chart for remote reference: ' +
          `chart 'app' 1.0.0 of HelmRepository 'apps/charts' (${server.url}/) at ${server.url}/app.tgz: `,
      ),
    });
  });

  it('that is not what the index says is refused, until there is a new one', async () => {
    server.put('index.yaml', indexWith({ urls: ['app.tgz'], digest: digestOf('chart') }));
    server.put('app.tgz', 'chart');
    expect(await downloaded()).toMatchObject({ content: Buffer.from('chart') });

    server.put('app.tgz', 'other');
    await expect(downloaded()).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: false,
      message: expect.stringContaining(`but the index says sha256:${digestOf('chart')}`),
    });
  });

  it('stays packed, also where the server calls that its encoding', async () => {
    const packed = await readFile(await packageChart(CHART));
    await using front = await startHttpFront({
      target: server.url,
      answer: ({ url }, response) => {
        if (url !== '/app.tgz') return false;
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed);
        return true;
      },
    });
    server.put('index.yaml', indexWith({ urls: ['app.tgz'] }));

    expect((await downloaded({ url: front.url })).content.equals(packed)).toBe(true);
  });

  it('may have ten MiB', async () => {
    server.put('index.yaml', indexWith({ urls: ['app.tgz'] }));
    server.put('app.tgz', Buffer.alloc(10 * 1024 * 1024));
    expect((await downloaded()).content).toHaveLength(10 * 1024 * 1024);

    server.put('app.tgz', Buffer.alloc(10 * 1024 * 1024 + 1));
    await expect(downloaded()).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: true,
      message: expect.stringContaining('the server sends more than 10485760 bytes'),
    });
  });
});

describe('credentials', () => {
  const credentials = { secretRef: { name: 'credentials' } };

  async function front(redirect?: (path: string) => string | undefined) {
    return await startHttpFront({ target: server.url, ...(redirect && { redirect }) });
  }

  beforeEach(async () => {
    server = await startChartServer({ root });
    server.put('app.tgz', 'chart');
    fixture.secrets.set('apps/credentials', secretData({ username: 'user', password: CANARY }));
  });

  it('go to the repository, and to no other host that its index names', async () => {
    await using other = await front();
    server.put('index.yaml', indexWith({ urls: [`${other.url}/app.tgz`] }));

    await downloaded(credentials);

    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests).toHaveLength(1);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('go to another host when the repository passes them on', async () => {
    await using other = await front();
    server.put('index.yaml', indexWith({ urls: [`${other.url}/app.tgz`] }));

    await downloaded({ ...credentials, passCredentials: true });

    expect(other.requests[0]?.headers.authorization).toMatch(/^Basic /);
  });

  it('do not follow a redirect to another port, but one on the same', async () => {
    server.put('index.yaml', indexWith({ urls: ['moved.tgz'] }));
    await using other = await front();
    await using first = await front((path) => {
      if (path === '/moved.tgz') return '/again.tgz';
      return path === '/again.tgz' ? `${other.url}/app.tgz` : undefined;
    });

    await downloaded({ url: first.url, ...credentials });

    const shown = first.requests.map(({ path, headers }) => [path, headers.authorization !== undefined]);
    expect(shown).toEqual([
      ['/index.yaml', true],
      ['/moved.tgz', true],
      ['/again.tgz', true],
    ]);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['more than five times', (path: string) => `${path}x`, 'the server redirects more than 5 times'],
    ['to the metadata server', () => 'http://169.254.169.254/app', '169.254.169.254 points to a link-local'],
    ['to a file', () => 'file:///etc/passwd', 'an address that is not http or https'],
    ['to nowhere', () => 'http://', 'the server redirects to no URL'],
  ])('and requests go nowhere when the server redirects %s', async (_name, away, message) => {
    server.put('index.yaml', indexWith({ urls: ['moved.tgz'] }));
    await using first = await front((path) => (path.startsWith('/moved') ? away(path) : undefined));

    await expect(downloaded({ url: first.url, ...credentials })).rejects.toMatchObject({
      type: 'ChartPullError',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
  });
});

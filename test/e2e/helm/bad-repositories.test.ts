import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { type BadChange, expectTold, footprint, runningRelease, SECRET } from '../../support/bad-input.ts';
import { packageChart } from '../../support/charts.ts';
import type { HelmHome } from '../../support/helm-home.ts';
import { startHttpFront } from '../../support/http-front.ts';
import type { Told } from '../../support/told.ts';

interface Served extends Told {
  readonly name: string;
  /** What is served as the index. */
  readonly index?: string;
  /** How the server answers for it instead. */
  readonly status?: number;
}

const loading = '^failed to load Helm repository from index YAML: ';
const fetching = '^failed to fetch Helm repository index: ';

const INDEXES: readonly Served[] = [
  {
    name: 'is no YAML',
    index: 'entries: [',
    reason: 'IndexationFailed',
    message: `${loading}.*correct the index.yaml`,
  },
  {
    name: 'is a page',
    index: '<!doctype html><html><body>log in</body></html>',
    reason: 'IndexationFailed',
    message: loading,
  },
  { name: 'is a list', index: '- a\n- b\n', reason: 'IndexationFailed', message: loading },
  { name: 'is empty', index: '', reason: 'IndexationFailed', message: loading },
  {
    name: 'has no version of its format',
    index: 'entries: {}\n',
    reason: 'IndexationFailed',
    message: `${loading}.*apiVersion`,
  },
  {
    name: 'is not there',
    status: 404,
    reason: 'Failed',
    message: `${fetching}.*404.*see whether spec.url is right`,
  },
  { name: 'fails the server', status: 500, reason: 'Failed', message: `${fetching}.*500` },
  {
    name: 'is refused',
    status: 401,
    reason: 'AuthenticationFailed',
    message: `${fetching}.*401.*correct the credentials in the Secret of spec.secretRef`,
  },
  { name: 'is forbidden', status: 403, reason: 'AuthenticationFailed', message: `${fetching}.*403` },
];

describe('a release that runs is left as it was by an index that', () => {
  test.each(INDEXES)('$name, and takes the next good one', async ({ index, status, ...told }) => {
    const { home, before } = await runningRelease();
    const good = await home.get(Kind.HelmRepository, 'charts');

    if (index !== undefined) home.charts.put('index.yaml', index);
    if (status) home.charts.setFault(({ path }) => (path.endsWith('index.yaml') ? status : undefined));
    await home.request(Kind.HelmRepository, 'charts');
    await expectTold(home, Kind.HelmRepository, 'charts', told);
    const bad = await home.get(Kind.HelmRepository, 'charts');
    expect(bad.status?.artifact).toEqual(good.status?.artifact);
    expect(await footprint(home)).toEqual(before);

    home.charts.setFault(undefined);
    await home.offer('bench', { version: '2.0.0' });
    await home.ready(Kind.HelmRelease, 'app', '2.0.0');
  });

  test('has entries that are null is read without them', async () => {
    const { home } = await runningRelease();
    home.charts.put('bench-2.0.0.tgz', await readFile(await packageChart('bench', { version: '2.0.0' })));
    const next = { name: 'bench', version: '2.0.0', urls: ['bench-2.0.0.tgz'] };
    home.charts.put(
      'index.yaml',
      JSON.stringify({ apiVersion: 'v1', entries: { none: null, bench: [null, next] } }),
    );

    await home.request(Kind.HelmRepository, 'charts');

    await home.ready(Kind.HelmRelease, 'app', '2.0.0');
    const events = await home.events(Kind.HelmRepository, 'charts');
    expect(events.filter(({ type }) => type === 'Warning')).toMatchObject([
      { reason: 'IndexationFailed', message: expect.stringContaining('bench') },
    ]);
  });
});

test('an index and charts that have moved to another host are found there', async () => {
  const { home } = await runningRelease();
  await using front = await startHttpFront({
    target: home.charts.url,
    redirect: (path) => `${home.charts.url}${path}`,
  });
  await home.charts.publish('bench', { version: '2.0.0' });

  await home.update(Kind.HelmRepository, 'charts', { url: front.url });
  await home.ready(Kind.HelmRelease, 'app', '2.0.0');

  expect(front.requests.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/index.yaml', '/bench-2.0.0.tgz']),
  );
});

test('an index that redirects to itself is not followed for ever', async () => {
  const { home, before } = await runningRelease();
  await using front = await startHttpFront({ target: home.charts.url, redirect: (path) => path });
  const { url } = home.charts;

  await home.update(Kind.HelmRepository, 'charts', { url: front.url });
  const message = '^failed to fetch Helm repository index: .*redirects';
  await expectTold(home, Kind.HelmRepository, 'charts', { reason: 'Failed', message });
  expect(await footprint(home)).toEqual(before);

  await home.charts.publish('bench', { version: '2.0.0' });
  await home.update(Kind.HelmRepository, 'charts', { url });
  await home.ready(Kind.HelmRelease, 'app', '2.0.0');
});

function secret(name: string, stringData: Readonly<Record<string, string>>) {
  return async ({ kube, namespace }: HelmHome) => {
    const target = { apiVersion: 'v1', kind: 'Secret', namespace, name };
    if (await kube.get(target)) await kube.patch(target, { data: null, stringData }, { type: 'merge' });
    else await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
  };
}

const SPECS: readonly BadChange[] = [
  {
    name: 'a URL without a host',
    change: { url: 'http://' },
    reason: 'URLInvalid',
    message: '^invalid Helm repository URL: .*correct the URL',
    isStalled: true,
    fix: (home) => home.update(Kind.HelmRepository, 'charts', { url: home.charts.url }),
  },
  {
    name: 'a URL with a password',
    change: { url: `http://pawl:${SECRET}@127.0.0.1:1/` },
    reason: 'URLInvalid',
    message: '^invalid Helm repository URL: ',
    isStalled: true,
    fix: (home) => home.update(Kind.HelmRepository, 'charts', { url: home.charts.url }),
  },
  {
    name: 'a server that is not there',
    change: { url: 'http://127.0.0.1:1/charts' },
    reason: 'Failed',
    message: '^failed to fetch Helm repository index: .*127.0.0.1:1',
    fix: (home) => home.update(Kind.HelmRepository, 'charts', { url: home.charts.url }),
  },
  {
    name: 'a Secret that is not there',
    change: { secretRef: { name: 'none' } },
    reason: 'AuthenticationFailed',
    message: "^secret '<ns>/none' of spec.secretRef not found; create it",
    fix: secret('none', { username: 'a', password: SECRET }),
  },
  {
    name: 'a Secret with a user only',
    given: secret('half', { username: SECRET }),
    change: { secretRef: { name: 'half' } },
    reason: 'AuthenticationFailed',
    message: "^secret '<ns>/half' of spec.secretRef has only one of 'username' and 'password'; add the other",
    fix: secret('half', { username: 'a', password: SECRET }),
  },
  {
    name: 'certificates that are none',
    given: secret('tls', { 'ca.crt': SECRET }),
    change: { certSecretRef: { name: 'tls' } },
    reason: 'AuthenticationFailed',
    message: "^secret '<ns>/tls' of spec.certSecretRef ",
    fix: { certSecretRef: null },
  },
  ...(['interval', 'timeout'] as const).map((field) => ({
    name: `a bad ${field}`,
    change: { [field]: '9999999999m' },
    reason: 'InvalidSpec',
    message: `^spec\\.${field}: "9999999999m" is not a duration`,
    isStalled: true,
    fix: { [field]: '1m' },
  })),
];

describe('a release that runs is left as it was by a HelmRepository with', () => {
  test.each(SPECS)('$name, and goes on with the next chart', async ({ given, change, fix, ...told }) => {
    const { home, before } = await runningRelease();
    await given?.(home);

    await home.update(Kind.HelmRepository, 'charts', change);
    await expectTold(home, Kind.HelmRepository, 'charts', told);
    expect(await footprint(home)).toEqual(before);

    await home.charts.publish('bench', { version: '2.0.0' });
    if (typeof fix === 'function') await fix(home);
    else await home.update(Kind.HelmRepository, 'charts', fix);
    await home.ready(Kind.HelmRelease, 'app', '2.0.0');
  });
});

test('a chart whose registry is not there goes on as soon as it comes, and tells of a wrong one', async () => {
  const { home, before } = await runningRelease();
  const chart = { spec: { chart: 'bench', sourceRef: { kind: Kind.HelmRepository, name: 'registry' } } };

  await home.update(Kind.HelmRelease, 'app', { chart });
  const name = `${home.namespace}-app`;
  const message = '^HelmRepository/<ns>/registry not found: create it';
  await expectTold(home, Kind.HelmChart, name, { reason: 'SourceUnavailable', message });
  await home.repository('registry', { type: 'oci', url: 'oci://127.0.0.1:1/charts' });
  await expectTold(home, Kind.HelmChart, name, { reason: 'ChartPullError', message: '127.0.0.1:1' });

  expect(await footprint(home)).toEqual(before);
});

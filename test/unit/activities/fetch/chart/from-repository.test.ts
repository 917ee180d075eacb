import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failed, stalled } from '../../../../../activities/failures.ts';
import { failedStatus } from '../../../../../activities/status/helm-chart-status.ts';
import type { HelmChart } from '../../../../../api/helm-chart.ts';
import { Reason } from '../../../../../api/reasons.ts';
import {
  after,
  aHelmChart,
  aRepository,
  type ChartBench,
  createChartBench,
  failureOf,
  withIndex,
} from '../../../../support/chart-bench.ts';
import { packageChart } from '../../../../support/charts.ts';
import { forgeTar } from '../../../../support/forge-tar.ts';
import { helm } from '../../../../support/helm.ts';

const URL = 'https://charts.example/stable';
const REGISTRY = 'oci://registry.example/charts';
const CHARTS = aRepository('charts', URL);

const step = { signal: new AbortController().signal, heartbeat: () => undefined };

let bench: ChartBench;
let packed: string;
beforeEach(async () => {
  bench = await createChartBench();
  packed = await packageChart('web', {
    version: '1.0.0',
    files: { 'prod.yaml': 'replicas: 5\nhost: null\n' },
  });
  await bench.publish(URL, packed);
});
afterEach(() => bench[Symbol.asyncDispose]());

const build = (chart: HelmChart, source = CHARTS) => bench.builder.build(chart, source, step);
const check = (chart: HelmChart, source = CHARTS) => bench.builder.check(chart, source, step);

describe('a chart of a repository', () => {
  it('is stored as it is there, under the name that Flux gives it', async () => {
    const built = await build(aHelmChart('web'));

    expect(built).toMatchObject({
      unchanged: false,
      name: 'web',
      version: '1.0.0',
      pulled: true,
      sourceRevision: CHARTS.status?.artifact?.revision,
      message: "pulled 'web' chart with version '1.0.0'",
      artifact: { revision: '1.0.0', path: 'helmchart/apps/chart/web-1.0.0.tgz' },
    });
    expect(built).not.toHaveProperty('valuesFiles');
    expect(await bench.read(built.artifact)).toEqual(await readFile(packed));
  });

  it('is not asked for again while nothing has changed', async () => {
    const chart = aHelmChart('web');
    const built = await build(chart);
    bench.calls.length = 0;

    const next = await build(after(chart, built));
    const looked = await check(after(chart, built));

    expect(next).toMatchObject({ unchanged: true, artifact: built.artifact, message: built.message });
    expect(looked).toMatchObject({ changed: false, version: '1.0.0' });
    expect(bench.calls).toEqual([]);
  });

  it('stays when only the index has changed, whose revision is noted', async () => {
    const chart = aHelmChart('web');
    const built = after(chart, await build(chart));
    const source = withIndex(CHARTS, '2');

    expect(await check(built, source)).toMatchObject({ changed: true, version: '1.0.0' });
    const next = await build(built, source);
    expect(next).toMatchObject({ unchanged: true, sourceRevision: source.status?.artifact?.revision });
    expect(await check(after(built, next), source)).toMatchObject({ changed: false });
  });

  it('is made again when there is a newer version in the range', async () => {
    const chart = aHelmChart('web', { version: '1.x' });
    const built = after(chart, await build(chart));
    await bench.publish(URL, await packageChart('web', { version: '1.1.0' }));
    const source = withIndex(CHARTS, '2');
    const onNewChart = vi.fn<(summary: string) => Promise<void>>();

    const looked = await check(built, source);
    const next = await bench.builder.build(built, source, { ...step, onNewChart });

    expect(looked).toEqual({
      changed: true,
      version: '1.1.0',
      message: "new 'web' chart with version '1.1.0'",
    });
    expect(next).toMatchObject({ unchanged: false, version: '1.1.0' });
    expect(onNewChart.mock.calls).toEqual([["new 'web' chart with version '1.1.0'"]]);
  });

  it('is made again when its file is lost', async () => {
    const chart = aHelmChart('web');
    const built = await build(chart);
    await bench.discard(built.artifact);

    expect(await check(after(chart, built))).toMatchObject({ changed: true });
    const next = await build(after(chart, built));
    expect(next).toMatchObject({ unchanged: false, artifact: { digest: built.artifact.digest } });
  });

  it('is made again for another generation', async () => {
    const built = after(aHelmChart('web'), await build(aHelmChart('web')));

    const next = { ...built, metadata: { ...built.metadata, generation: 2 } };

    expect(await check(next)).toMatchObject({ changed: true });
    expect(await build(next)).toMatchObject({ unchanged: false });
  });

  it('is made again after a later generation failed, although its status observed that', async () => {
    const built = after(aHelmChart('web'), await build(aHelmChart('web')));
    const later = { ...built, metadata: { ...built.metadata, generation: 2 } };
    const failure = { reason: Reason.ValuesFilesError, message: 'no', stalled: true, now: new Date(0) };

    const next = { ...later, status: failedStatus(later, failure) };

    expect(await check(next)).toMatchObject({ changed: true });
    expect(await build(next)).toMatchObject({ unchanged: false });
  });

  it('whose run failed at this revision of the source is looked at again', async () => {
    const built = after(aHelmChart('web'), await build(aHelmChart('web')));
    const sourceRevision = CHARTS.status?.artifact?.revision;
    const failure = { reason: Reason.ChartPullError, message: 'no', stalled: false, now: new Date(0) };

    const next = { ...built, status: failedStatus(built, { ...failure, sourceRevision }) };

    expect(await check(next)).toMatchObject({ changed: true });
    expect(await build(next)).toMatchObject({ unchanged: true });
  });
});

describe('a chart that another worker has made', () => {
  let server: Server;
  let isThere = true;
  beforeEach(async () => {
    isThere = true;
    server = createServer((_, response) => response.writeHead(isThere ? 200 : 404).end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => server.close());

  it('is left to that worker while it serves it, and then made here', async () => {
    const { port } = server.address() as AddressInfo;
    const { artifact, ...rest } = await build(aHelmChart('web'));
    const url = `http://127.0.0.1:${port}/${artifact.path}`;
    const chart = after(aHelmChart('web'), { ...rest, artifact: { ...artifact, url } });

    await bench.discard(artifact);
    expect(await build(chart)).toMatchObject({ unchanged: true, artifact: { url } });
    expect(await check(chart)).toMatchObject({ changed: false });

    isThere = false;
    expect(await check(chart)).toMatchObject({ changed: true });
    expect(await build(chart)).toMatchObject({ unchanged: false, artifact });
    // The file is here by now, and the status still names the other worker.
    expect(await check(chart)).toMatchObject({ changed: true });
    expect(await build(chart)).toMatchObject({ unchanged: true, artifact: { url: artifact.url } });
  });
});

describe('values files of a chart of a repository', () => {
  const SPEC = { valuesFiles: ['values.yaml', 'prod.yaml'] };

  it('replace the default values, and the generation goes into the version', async () => {
    const built = await build(aHelmChart('web', SPEC, { generation: 7 }));

    expect(built).toMatchObject({
      version: '1.0.0+7',
      pulled: false,
      valuesFiles: SPEC.valuesFiles,
      message: "packaged 'web' chart with version '1.0.0+7' and merged values files [values.yaml prod.yaml]",
      artifact: { revision: '1.0.0+7', path: 'helmchart/apps/chart/web-1.0.0+7.tgz' },
    });
    expect(await shown('values', await bench.read(built.artifact))).toContain('replicas: 5\nimage:\n');
    expect(await shown('chart', await bench.read(built.artifact))).toContain('version: 1.0.0+7\n');
  });

  it('make the same bytes on any worker', async () => {
    await using other = await createChartBench();
    await other.publish(URL, packed);

    const first = await build(aHelmChart('web', SPEC));
    const second = await other.builder.build(aHelmChart('web', SPEC), CHARTS, step);

    expect(second.artifact.digest).toBe(first.artifact.digest);
  });

  it('are not merged again while nothing has changed', async () => {
    const chart = aHelmChart('web', SPEC);
    const built = await build(chart);
    bench.calls.length = 0;

    expect(await build(after(chart, built))).toMatchObject({ unchanged: true, message: built.message });
    expect(bench.calls).toEqual([]);
  });

  it('may be missing where the spec says so, which is remembered', async () => {
    const spec = { valuesFiles: ['no.yaml', 'prod.yaml'], ignoreMissingValuesFiles: true };
    const chart = aHelmChart('web', spec);

    const built = await build(chart);

    expect(built.message).toMatch(/ and merged values files \[prod\.yaml\]$/);
    expect(await build(after(chart, built))).toMatchObject({ unchanged: true, valuesFiles: ['prod.yaml'] });
  });

  it.each([
    [['no.yaml'], "no values file found at path 'no.yaml'"],
    [['templates/config.yaml'], "no values file found at path 'templates/config.yaml'"],
    [['../prod.yaml'], "no values file found at path '../prod.yaml'"],
    [['templates/_names.tpl'], 'no values file found'],
  ])('stall the chart where %j cannot be merged', async (valuesFiles, message) => {
    const said = await failureOf(build(aHelmChart('web', { valuesFiles })));

    expect(said).toContain('stalled ValuesFilesError: values files merge error: failed to merge values of ');
    expect(said).toContain(message);
    expect(said).toContain("chart 'web' with version '1.0.0' of HelmRepository 'charts'");
  });
});

async function shown(what: string, archive: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-shown-'));
  await writeFile(join(folder, 'chart.tgz'), archive);
  const said = await helm(['show', what, join(folder, 'chart.tgz')]);
  await rm(folder, { recursive: true });
  return said;
}

describe('a chart of a repository that is not what it should be', () => {
  const archive = (text: string) => forgeTar([{ path: 'x/Chart.yaml', content: text }]);

  it.each([
    ['another name', archive('name: other\nversion: 2.0.0\n'), "its Chart.yaml calls it 'other'"],
    [
      'another version',
      archive('name: app\nversion: 2.0.1\n'),
      "its Chart.yaml says that its version is '2.0.1'",
    ],
    ['no chart', archive('- text\n'), 'Chart.yaml:1: is no mapping'],
    [
      'null among its dependencies',
      archive('name: app\nversion: 2.0.0\ndependencies: [~]\n'),
      'dependencies.0 is null',
    ],
    ['no archive', Buffer.from('<html>'), 'it is no sound tar.gz'],
  ])('is refused for %s', async (_what, content, message) => {
    bench.offer(URL, { name: 'app', version: '2.0.0', content });

    const said = await failureOf(build(aHelmChart('app')));

    expect(said).toContain(
      "ChartPullError: chart pull error: chart 'app' with version '2.0.0' of HelmRepository 'charts': ",
    );
    expect(said).toContain(message);
    expect(said).not.toContain('stalled');
  });

  it.each([
    ['v2.0.0', '2.0.0'],
    ['2.0.0', 'v2.0.0+build.1'],
    ['2.0.0_build.1', '2.0.0+build.1'],
    ['2.0', '2.0.0'],
  ])('may call version %s %s', async (version, own) => {
    bench.offer(URL, { name: 'app', version, content: archive(`name: app\nversion: ${own}\n`) });

    expect(await build(aHelmChart('app', { version }))).toMatchObject({ version });
  });

  it.each(['', '../web', 'a/b', '-web', 'a b', '.'])('cannot be called %j', async (name) => {
    expect(await failureOf(build(aHelmChart(name)))).toContain(
      `stalled InvalidChartReference: invalid chart reference: invalid chart name '${name}'`,
    );
    expect(bench.calls).toEqual([]);
  });

  it('waits for the index', async () => {
    const { status: _none, ...source } = CHARTS;

    expect(await failureOf(build(aHelmChart('web'), source))).toBe(
      "NoSourceArtifact: no artifact available for HelmRepository source 'charts'",
    );
  });

  it('fails as the repository does', async () => {
    bench.failWith(stalled(Reason.InvalidChartReference, 'no such version'));

    expect(await failureOf(build(aHelmChart('web')))).toBe('stalled InvalidChartReference: no such version');
  });
});

describe('a chart of a registry', () => {
  const registry = aRepository('charts', REGISTRY);
  const VERIFY = { verify: { provider: 'cosign', secretRef: { name: 'keys' } } } as const;
  beforeEach(() => bench.publish(REGISTRY, packed));

  it('needs no artifact of its repository, and asks for tags at each look', async () => {
    const chart = aHelmChart('web');
    const built = await build(chart, registry);
    bench.calls.length = 0;

    expect(built).toMatchObject({ pulled: true, version: '1.0.0' });
    expect(built).not.toHaveProperty('sourceRevision');
    expect(await check(after(chart, built), registry)).toMatchObject({ changed: false });
    expect(await build(after(chart, built), registry)).toMatchObject({ unchanged: true });
    expect(bench.calls).toEqual([`resolve ${REGISTRY} web *`, `resolve ${REGISTRY} web *`]);
  });

  it('is asked for although its repository still has the index of another type', async () => {
    const was = { ...registry, status: CHARTS.status };
    const chart = aHelmChart('web');
    const built = after(chart, await build(chart, was));
    await bench.publish(REGISTRY, await packageChart('web', { version: '1.1.0' }));

    expect(await check(built, was)).toMatchObject({ changed: true, version: '1.1.0' });
    expect(await build(built, was)).toMatchObject({ unchanged: false, version: '1.1.0' });
  });

  it('may lie in a folder', async () => {
    bench.offer(REGISTRY, { name: 'team/web', version: '1.0.0', content: await readFile(packed) });

    const built = await build(aHelmChart('team/web'), registry);

    expect(built).toMatchObject({
      name: 'web',
      artifact: { path: `helmchart/apps/chart/${basename(packed)}` },
    });
  });

  it('is verified when it is downloaded, and at each look', async () => {
    const chart = aHelmChart('web', VERIFY);
    const built = await build(chart, registry);

    expect(built.isVerified).toBe(true);
    expect(await build(after(chart, built), registry)).toMatchObject({ unchanged: true, isVerified: true });
    expect(await check(after(chart, built), registry)).toMatchObject({ changed: false });
    expect(bench.calls.filter((call) => !call.startsWith('resolve'))).toEqual([
      `download verified by keys ${REGISTRY} web 1.0.0`,
      `verify ${REGISTRY} web 1.0.0`,
      `verify ${REGISTRY} web 1.0.0`,
    ]);
  });

  it('with a signature that is bad by now gets a run that says so', async () => {
    const chart = aHelmChart('web', VERIFY);
    const built = after(chart, await build(chart, registry));
    const verify = () => Promise.reject(failed(Reason.ChartVerificationError, 'no matching signatures'));
    await using other = await createChartBench({ verify });
    await other.publish(REGISTRY, packed);
    await other.builder.build(chart, registry, step);

    expect(await other.builder.check(built, registry, step)).toEqual({
      changed: true,
      version: '1.0.0',
      message: 'no matching signatures',
    });
    expect(await failureOf(other.builder.build(built, registry, step))).toBe(
      'ChartVerificationError: no matching signatures',
    );
  });

  it.each([
    { verify: { provider: 'cosign' } },
    { verify: { provider: 'notation', secretRef: { name: 'keys' } } },
  ] as const)('is never taken unverified: %j', async (spec) => {
    expect(await failureOf(build(aHelmChart('web', spec), registry))).toContain('ChartVerificationError: ');
    expect(bench.calls).toEqual([]);
  });

  it('of a repository over HTTP cannot be verified, and is not taken without', async () => {
    expect(await failureOf(build(aHelmChart('web', VERIFY)))).toContain(
      'ChartVerificationError: chart verification error: ',
    );
    expect(bench.calls).toEqual([]);
  });
});

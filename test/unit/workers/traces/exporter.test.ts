import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openSpanSink } from '../../../../workers/traces/exporter.ts';
import { type SpanPlan, traceIds } from '../../../../workers/traces/spans.ts';
import { startTraceSink } from '../../../support/trace-sink.ts';

const IDS = traceIds({ source: 'GitRepository/apps/home', revision: 'main@sha1:11' });
const SPAN: SpanPlan = {
  name: 'GitRepository apps/home',
  spanId: IDS.source,
  startedAt: 1_000,
  endedAt: 2_500,
  attributes: { 'pawl.kind': 'GitRepository' },
  children: [{ name: 'fetch', startedAt: 1_200, endedAt: 2_000, attributes: {} }],
};
const FAILED: SpanPlan = {
  ...SPAN,
  name: 'Kustomization apps/app',
  parentId: IDS.source,
  error: 'why',
  children: [],
};

function sendTo(url: string): void {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
  onTestFinished(() => void vi.unstubAllEnvs());
}

it('spans arrive with the ids that they were given, their times and what went wrong', async () => {
  const collector = await startTraceSink();
  onTestFinished(() => collector.close());
  sendTo(collector.url);
  const sink = await openSpanSink(() => undefined);
  const { spanId: _, ...app } = FAILED;

  sink.emit([SPAN, app], IDS);
  await sink.close();

  const [source, fetched, failed] = collector.spans;
  expect(collector.spans.map(({ traceId }) => traceId)).toEqual([IDS.trace, IDS.trace, IDS.trace]);
  expect(source).toMatchObject({
    spanId: IDS.source,
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '2500000000',
    attributes: [{ key: 'pawl.kind', value: { stringValue: 'GitRepository' } }],
  });
  expect(source?.parentSpanId).toBeUndefined();
  expect(fetched).toMatchObject({ name: 'fetch', parentSpanId: IDS.source });
  expect(failed).toMatchObject({ parentSpanId: IDS.source, status: { code: 2, message: 'why' } });
  expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(3);
});

it('a collector that refuses is told of, and costs no more', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(400).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  sendTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const errors: string[] = [];
  const sink = await openSpanSink((message) => errors.push(message));

  sink.emit([SPAN], IDS);
  await sink.close();

  expect(errors.join('\n')).toMatch(/Bad Request|400/);
});

it('more spans than can wait are left out', async () => {
  const collector = await startTraceSink();
  onTestFinished(() => collector.close());
  sendTo(collector.url);
  const sink = await openSpanSink(() => undefined);

  for (let count = 0; count < 5_000; count += 1) sink.emit([{ ...SPAN, children: [] }], IDS);
  await sink.close();

  expect(collector.spans.length).toBeGreaterThan(0);
  expect(collector.spans.length).toBeLessThan(3_000);
});

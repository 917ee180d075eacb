import { expect, it, onTestFinished } from 'vitest';
import { metricsPage } from '../../../../workers/metrics/metrics-page.ts';
import { createWorkerMetrics } from '../../../../workers/metrics/worker-metrics.ts';
import { servePages, text } from '../../../../workers/page-server.ts';
import { parseMetrics, valueOf } from '../../../support/metrics-text.ts';

async function serve(pages: Parameters<typeof servePages>[1]) {
  const server = await servePages('127.0.0.1:0', pages);
  onTestFinished(() => server.close());
  return server.url;
}

const OTHERS = '# HELP temporal_x X.\n# TYPE temporal_x counter\ntemporal_x{a="b"} 7\n';

it('one page has ours and those of the SDK', async () => {
  const metrics = createWorkerMetrics();
  const { told } = metrics;
  told.hooked({ type: 'github', method: 'POST', status: 200, seconds: 0.02 });
  told.delivered('slack', 'Sent');
  const sdk = await serve({ '/metrics': async () => text(200, OTHERS) });
  const url = await serve({ '/metrics': metricsPage(metrics, `${sdk}/metrics`) });

  const answer = await fetch(`${url}/metrics`);

  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const page = parseMetrics(await answer.text());
  expect(valueOf(page, 'temporal_x', { a: 'b' })).toBe(7);
  expect(valueOf(page, 'pawl_webhooks_total', { type: 'github', status: '200' })).toBe(1);
  const answers = { service: '', handler: '/hook/', method: 'POST', code: '200' };
  const within = (le: string) =>
    valueOf(page, 'gotk_receiver_http_request_duration_seconds_bucket', { ...answers, le });
  expect([within('0.01'), within('0.025'), within('+Inf')]).toEqual([0, 1, 1]);
  expect(valueOf(page, 'pawl_deliveries_total', { provider: 'slack', result: 'Sent' })).toBe(1);
  expect(valueOf(page, 'process_resident_memory_bytes')).toBeGreaterThan(0);
});

it.each([
  { why: 'nobody answers', url: 'http://127.0.0.1:1/metrics' },
  { why: 'it could not be set up', url: undefined },
])('without those of the SDK when $why', async ({ url }) => {
  const { body } = await metricsPage(createWorkerMetrics(), url)();

  expect([...parseMetrics(body).types.keys()].filter((name) => name.startsWith('temporal'))).toEqual([]);
});

it('two workers of one process do not share what they measure', async () => {
  const [one, other] = [createWorkerMetrics(), createWorkerMetrics()];
  one.told.hooked({ type: 'github', method: 'POST', status: 200, seconds: 0.02 });

  expect(valueOf(parseMetrics(await other.page()), 'pawl_webhooks_total')).toBeUndefined();
});

it.each([
  { method: 'GET', path: '/metrics?x=1', status: 200, body: 'page' },
  { method: 'HEAD', path: '/metrics', status: 200, body: '' },
  { method: 'POST', path: '/metrics', status: 405, body: 'only GET and HEAD\n' },
  { method: 'GET', path: '/', status: 404, body: 'no such page\n' },
  { method: 'GET', path: '/metrics/', status: 404, body: 'no such page\n' },
  { method: 'GET', path: '/__proto__', status: 404, body: 'no such page\n' },
])('$method $path is $status', async ({ method, path, status, body }) => {
  const url = await serve({ '/metrics': async () => text(200, 'page') });

  const answer = await fetch(url + path, { method });

  expect(answer.status).toBe(status);
  expect(await answer.text()).toBe(body);
});

it('an address that is none is refused with what to write', async () => {
  await expect(servePages('8080', {})).rejects.toThrow('write host:port');
});

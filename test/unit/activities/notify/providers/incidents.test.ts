import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import type { FluxEvent } from '../../../../../activities/notify/event.ts';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import {
  deliveryOf,
  eventOf,
  type NotifiedService,
  startNotifiedService,
} from '../../../../support/notified-service.ts';

let service: NotifiedService;
beforeAll(async () => {
  service = await startNotifiedService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  service.requests.length = 0;
});

const UID = 'b5f5c3a8-5c6e-4d2a-9f55-6f1c7f3c2a11';
const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';
const METADATA = { revision: 'main@sha1:1a2b3c', env: 'prod', summary: 'Europe: west' };
const TIME = '2026-02-03T04:05:06Z';
const SECONDS = Date.parse(TIME) / 1000;

async function send(type: ProviderType, recipient: Partial<Recipient>, event: FluxEvent) {
  service.requests.length = 0;
  await SENDERS[type]?.(service.deps, deliveryOf(type, recipient, event));
  return service.requests.map(({ body, ...request }) => ({
    ...request,
    body: body.startsWith('{') && !body.includes('}\n{') ? (JSON.parse(body) as unknown) : body,
  }));
}

/** The only request. */
async function tell(type: ProviderType, recipient: Partial<Recipient>, event: FluxEvent) {
  const requests = await send(type, recipient, event);
  const [first] = requests;
  if (!first || requests.length !== 1) throw new Error(`${requests.length} requests`);
  return first;
}

describe('Alertmanager', () => {
  const address = 'https://alerts/api/v2/alerts/';

  it.each([
    ['info', 'FluxKustomizationReconciliationsucceeded', 'ReconciliationSucceeded', DONE],
    ['error', 'FluxKustomizationHealthcheckfailed', 'HealthCheckFailed', FAILED],
  ] as const)('gets a firing alert of an event of %s', async (severity, alertname, reason, message) => {
    const told = await tell('alertmanager', { address }, eventOf(severity));
    expect(told.to).toBe(address);
    expect(JSON.parse(String(told.body))).toEqual([
      {
        status: 'firing',
        labels: {
          alertname,
          severity,
          reason,
          kind: 'Kustomization',
          name: 'apps',
          namespace: 'flux-system',
          reportingcontroller: 'kustomize-controller',
          revision: 'main@sha1:1a2b3c',
          env: 'prod',
        },
        annotations: { message, summary: 'Europe: west' },
        startsAt: TIME,
      },
    ]);
  });

  it.each([
    [{}, undefined],
    [{ token: 't1' }, 'Bearer t1'],
    [{ username: 'u', password: 'p123' }, 'Basic dTpwMTIz'],
    [{ token: 't1', username: 'u', password: 'p123' }, 'Basic dTpwMTIz'],
    [{ token: 't1', username: 'u' }, 'Bearer t1'],
  ])('is shown %o as %s', async (credentials, header) => {
    const told = await tell('alertmanager', { address, ...credentials }, eventOf('info'));
    expect(told.headers.authorization).toBe(header);
  });
});

describe('PagerDuty', () => {
  const recipient = { address: 'https://events.pagerduty.com/ignored', channel: 'routing-key' };
  const payload = (summary: string, message: string) => ({
    summary,
    source: 'Flux kustomize-controller',
    timestamp: TIME,
    custom_details: { message, metadata: METADATA },
  });

  it('gets an incident of an error', async () => {
    const told = await tell('pagerduty', recipient, eventOf('error'));
    expect(told).toMatchObject({ method: 'POST', to: 'https://events.pagerduty.com/v2/enqueue' });
    expect(told.body).toEqual({
      routing_key: 'routing-key',
      event_action: 'trigger',
      dedup_key: UID,
      payload: {
        ...payload('health check failed: kustomization/apps', FAILED),
        severity: 'error',
        component: 'apps',
        group: 'Kustomization',
      },
    });
  });

  it('gets the end of the incident, and a change, of a success', async () => {
    const [resolved, changed] = await send('pagerduty', recipient, eventOf('info'));
    expect(resolved?.body).toEqual({ routing_key: 'routing-key', event_action: 'resolve', dedup_key: UID });
    expect(changed?.to).toBe('https://events.pagerduty.com/v2/change/enqueue');
    expect(changed?.body).toEqual({
      routing_key: 'routing-key',
      payload: payload('reconciliation succeeded: kustomization/apps', DONE),
    });
  });

  it.each([
    ['BuildFailed', 'build failed'],
    ['OCIPullFailed', 'oci pull failed'],
    ['GitOperationHTTP', 'git operation http'],
    ['Retry2Times', 'retry 2 times'],
    ['already-there', 'already - there'],
  ])('gets %s as %s', async (reason, words) => {
    const told = await tell('pagerduty', recipient, eventOf('error', { reason }));
    expect(told.body).toMatchObject({ payload: { summary: `${words}: kustomization/apps` } });
  });

  it.each(['pagerduty', 'incident.io'] as const)('as %s gets nothing of what progresses', async (type) => {
    const event = eventOf('info', { reason: 'Progressing' });
    expect(await send(type, { ...recipient, token: 't1' }, event)).toEqual([]);
  });
});

describe('Opsgenie', () => {
  const recipient = { address: 'https://api.opsgenie.com/v2/alerts', token: 'o1' };

  it('gets an alert with an alias that is the same for an object and a reason', async () => {
    const told = await tell('opsgenie', recipient, eventOf('error'));
    expect(told.headers.authorization).toBe('GenieKey o1');
    expect(told.body).toEqual({
      message: 'Kustomization/apps',
      alias: '632f38dbd18ae25f0f7c4780600d48812538e1ed6b141c8ef0ec08ee83baf081',
      description: FAILED,
      details: { ...METADATA, severity: 'error' },
    });
    const alias = async (uid: string, reason: string) => {
      const { body } = await tell('opsgenie', { ...recipient, uid }, eventOf('error', { reason }));
      return (body as { alias: string }).alias;
    };
    const aliases = [
      await alias('a', 'X'),
      await alias('a', 'X'),
      await alias('a', 'Y'),
      await alias('b', 'X'),
    ];
    expect(new Set(aliases).size).toBe(3);
  });
});

describe('incident.io', () => {
  it.each([
    ['info', 'resolved', 'ReconciliationSucceeded', DONE],
    ['error', 'firing', 'HealthCheckFailed', FAILED],
  ] as const)('gets an event of %s as %s', async (severity, status, reason, description) => {
    const address = 'https://api.incident.io/v2/alert_events/http/1';
    const told = await tell('incident.io', { address, token: 'i1' }, eventOf(severity));
    expect(told.headers.authorization).toBe('Bearer i1');
    expect(told.body).toEqual({
      title: `kustomization/apps.flux-system: ${reason}`,
      status,
      deduplication_key: UID,
      description,
      metadata: { ...METADATA, severity, reason, reportingController: 'kustomize-controller' },
    });
  });
});

describe('Sentry', () => {
  const recipient = { address: 'https://pub1:old1@sentry.example.org/base/77', channel: 'staging' };

  async function envelope(severity: 'info' | 'error') {
    const told = await tell('sentry', recipient, eventOf(severity));
    const [head = '', item = '', payload = ''] = String(told.body).split('\n');
    const parsed = [head, item, payload].map((line) => JSON.parse(line) as Record<string, unknown>);
    return {
      ...told,
      head: parsed[0],
      item: parsed[1],
      payload: parsed[2],
      bytes: Buffer.byteLength(payload),
    };
  }

  it('gets an event of an error, at the address that the DSN means', async () => {
    const told = await envelope('error');
    expect(told.to).toBe('https://sentry.example.org/base/api/77/envelope/');
    expect(told.headers).toMatchObject({
      'content-type': 'application/x-sentry-envelope',
      'x-sentry-auth': expect.stringMatching(/^Sentry sentry_version=7, .*sentry_key=pub1$/) as string,
    });
    expect(told.headers.authorization).toBeUndefined();
    expect(told.head).toEqual({ event_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(told.item).toEqual({ type: 'event', length: told.bytes });
    expect(told.payload).toEqual({
      event_id: told.head?.['event_id'],
      level: 'error',
      timestamp: TIME,
      server_name: 'kustomize-controller',
      transaction: 'Kustomization: flux-system/apps',
      message: FAILED,
      contexts: { metadata: METADATA },
      environment: 'staging',
      platform: 'other',
    });
  });

  it('gets a transaction of one span of all else, and the same ids at each attempt', async () => {
    const told = await envelope('info');
    expect(told.item).toMatchObject({ type: 'transaction' });
    const trace = {
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      op: 'event',
    };
    const tags = {
      flux_involved_object_kind: 'Kustomization',
      flux_involved_object_namespace: 'flux-system',
      flux_involved_object_name: 'apps',
      flux_reporting_controller: 'kustomize-controller',
      flux_reporting_instance: 'kustomize-controller-0',
      flux_reason: 'ReconciliationSucceeded',
      ...METADATA,
    };
    expect(told.payload).toEqual({
      event_id: told.head?.['event_id'],
      type: 'transaction',
      level: 'info',
      transaction: 'Kustomization: flux-system/apps',
      message: DONE,
      contexts: { trace },
      tags,
      start_timestamp: TIME,
      timestamp: TIME,
      spans: [{ ...trace, tags, start_timestamp: TIME, timestamp: TIME }],
      environment: 'staging',
      platform: 'other',
    });
    expect((await envelope('info')).payload).toEqual(told.payload);
  });

  it.each([
    'nonsense',
    'https://sentry.example.org/77',
    'https://pub1@sentry.example.org/',
    'https://p%20b@sentry.example.org/1',
  ])('is not told at %s, which is no DSN', async (address) => {
    await expect(tell('sentry', { address }, eventOf('error'))).rejects.toThrow(/needs a DSN/);
    expect(service.requests).toEqual([]);
  });
});

describe('Grafana', () => {
  it.each([
    [{ token: 'g1', username: 'u', password: 'p123' }, 'Bearer g1'],
    [{ username: 'u', password: 'p123' }, 'Basic dTpwMTIz'],
    [{}, undefined],
  ])('gets an annotation, with %o', async (credentials, header) => {
    const address = 'https://grafana/api/annotations/graphite';
    const told = await tell('grafana', { address, ...credentials }, eventOf('error'));
    expect(told.headers.authorization).toBe(header);
    expect(told.body).toEqual({
      when: SECONDS,
      text: 'kustomization/apps.flux-system',
      tags: [
        'flux',
        'kustomize-controller',
        'summary: Europe| west',
        'env: prod',
        'revision: main@sha1|1a2b3c',
        'kind: Kustomization',
        'name: apps',
        'namespace: flux-system',
      ],
    });
  });
});

describe('Datadog', () => {
  it.each([
    ['info', DONE, 'reconciliationsucceeded'],
    ['error', FAILED, 'healthcheckfailed'],
  ] as const)('gets an event of %s', async (severity, text, reason) => {
    const told = await tell(
      'datadog',
      { address: 'https://api.datadoghq.eu/x', token: 'd1' },
      eventOf(severity),
    );
    expect(told.to).toBe('https://api.datadoghq.eu/api/v1/events');
    expect(told.headers['dd-api-key']).toBe('d1');
    expect(told.body).toEqual({
      title: 'Events from the Kustomization apps/flux-system',
      text,
      tags: [
        'flux_reporting_controller:kustomize-controller',
        `flux_reason:${reason}`,
        'kube_kind:kustomization',
        'kube_name:apps',
        'kube_namespace:flux-system',
        'revision:main@sha1:1a2b3c',
        'env:prod',
        'summary:europe: west',
      ],
      source_type_name: 'fluxcd',
      date_happened: SECONDS,
      alert_type: severity,
    });
  });
});

describe('OpenTelemetry', () => {
  const recipient = { address: 'https://otel.example.org' };

  interface Traces {
    readonly resourceSpans: readonly [
      {
        readonly resource: unknown;
        readonly scopeSpans: readonly [{ readonly spans: readonly [Record<string, unknown>] }];
      },
    ];
  }

  async function span(event: FluxEvent, own: Partial<Recipient> = {}) {
    const told = await tell('otel', { ...recipient, ...own }, event);
    const [{ resource, scopeSpans }] = (told.body as Traces).resourceSpans;
    return { ...told, resource, span: scopeSpans[0].spans[0] };
  }

  const attributes = (pairs: Record<string, string>) =>
    Object.entries(pairs).map(([key, stringValue]) => ({ key, value: { stringValue } }));

  it('gets a span of the trace that the alert and the revision make', async () => {
    const told = await span(eventOf('error'));
    expect(told.to).toBe('https://otel.example.org/v1/traces');
    expect(told.resource).toEqual({
      attributes: attributes({
        'service.name': 'apps/all',
        'service.namespace': 'apps',
        'service.instance.id': '7c0a1f35-53b5-4a0f-9c35-9df2c0f0f0a1',
      }),
    });
    expect(told.span).toMatchObject({
      traceId: '4d02455f549eda9d8264a850a8da6571',
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      name: 'Kustomization: flux-system/apps',
      kind: 1,
      startTimeUnixNano: `${SECONDS}000000000`,
      attributes: attributes({
        'object.uid': UID,
        'object.kind': 'Kustomization',
        'object.name': 'apps',
        'object.namespace': 'flux-system',
        ...METADATA,
      }),
      status: { code: 2, message: FAILED },
    });
    expect(Number(told.span['endTimeUnixNano'])).toBeGreaterThanOrEqual(SECONDS * 1e9);
    const success = await span(eventOf('info'));
    expect(success.span).toMatchObject({ traceId: told.span['traceId'], status: { code: 1 } });
  });

  it('gets the trace of a source and of the OCI artifact with the same revision', async () => {
    const git = await span(eventOf('info', { metadata: { revision: '1.0@sha256:abc' } }));
    const oci = await span(
      eventOf('info', { metadata: { 'app-version': '1.0', 'oci-digest': 'sha256:abc', revision: 'x' } }),
    );
    const none = await span(eventOf('info', { metadata: {} }));
    expect(oci.span['traceId']).toBe(git.span['traceId']);
    expect(none.span['traceId']).not.toBe(git.span['traceId']);
  });

  it('gets nothing of a HelmRepository', async () => {
    const event = eventOf('info');
    const object = { ...event.involvedObject, kind: 'HelmRepository' };
    expect(await send('otel', recipient, { ...event, involvedObject: object })).toEqual([]);
  });

  it.each([
    [{}, undefined],
    [{ token: 't1' }, 'Bearer t1'],
    [{ password: 'p123' }, 'Bearer p123'],
    [{ username: 'u', password: 'p123' }, 'Basic dTpwMTIz'],
    [{ username: 'u', token: 't1' }, `Basic ${Buffer.from('u:t1').toString('base64')}`],
    [{ token: 't1', headers: { authorization: 'Api-Key 1' } }, 'Api-Key 1'],
  ])('is shown %o as %s', async (credentials, header) => {
    expect((await span(eventOf('info'), credentials)).headers.authorization).toBe(header);
  });

  it('gets headers of the Secret, and a path of its own', async () => {
    const address = 'https://otel.example.org/in/v1/traces';
    const told = await span(eventOf('info'), { address, headers: { 'X-Scope-OrgID': 'a' } });
    expect(told.to).toBe(address);
    expect(told.headers['x-scope-orgid']).toBe('a');
  });
});

import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import type { FluxEvent } from '../../../../../activities/notify/event.ts';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const UID = 'b5f5c3a8-5c6e-4d2a-9f55-6f1c7f3c2a11';
const FAILED = 'timeout waiting for: [Deployment/web]';
const METADATA = { revision: 'main@sha1:1a2b3c', env: 'prod', summary: 'Europe: west' };
const TIME = '2026-02-03T04:05:06Z';
const SECONDS = Date.parse(TIME) / 1000;

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
    const told = await service.tell('otel', { ...recipient, ...own }, event);
    const [{ resource, scopeSpans }] = (told.json as Traces).resourceSpans;
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
    expect(await service.send('otel', recipient, { ...event, involvedObject: object })).toEqual([]);
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
    const headers = { 'X-Scope-OrgID': 'a', 'content-type': 'application/x-protobuf' };
    const told = await span(eventOf('info'), { address, headers });
    expect(told.to).toBe(address);
    expect(told.headers['content-type']).toBe('application/json');
    expect(told.headers['x-scope-orgid']).toBe('a');
  });
});

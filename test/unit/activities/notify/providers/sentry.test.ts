import { describe, expect, it } from 'vitest';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';
const METADATA = { revision: 'main@sha1:1a2b3c', env: 'prod', summary: 'Europe: west' };
const TIME = '2026-02-03T04:05:06Z';

describe('Sentry', () => {
  const recipient = { address: 'https://pub1:old1@sentry.example.org/base/77', channel: 'staging' };

  async function envelope(severity: 'info' | 'error') {
    const told = await service.tell('sentry', recipient, eventOf(severity));
    const [head = '', item = '', payload = ''] = told.body.split('\n');
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
    await expect(service.tell('sentry', { address }, eventOf('error'))).rejects.toThrow(/needs a DSN/);
  });
});

import { describe, expect, it } from 'vitest';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const UID = 'b5f5c3a8-5c6e-4d2a-9f55-6f1c7f3c2a11';
const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';
const METADATA = { revision: 'main@sha1:1a2b3c', env: 'prod', summary: 'Europe: west' };
const TIME = '2026-02-03T04:05:06Z';

describe('Alertmanager', () => {
  const address = 'https://alerts/api/v2/alerts/';

  it.each([
    ['info', 'FluxKustomizationReconciliationsucceeded', 'ReconciliationSucceeded', DONE],
    ['error', 'FluxKustomizationHealthcheckfailed', 'HealthCheckFailed', FAILED],
  ] as const)('gets a firing alert of an event of %s', async (severity, alertname, reason, message) => {
    const told = await service.tell('alertmanager', { address }, eventOf(severity));
    expect(told.to).toBe(address);
    expect(told.json).toEqual([
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
        endsAt: '0001-01-01T00:00:00Z',
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
    const told = await service.tell('alertmanager', { address, ...credentials }, eventOf('info'));
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
    const told = await service.tell('pagerduty', recipient, eventOf('error'));
    expect(told).toMatchObject({ method: 'POST', to: 'https://events.pagerduty.com/v2/enqueue' });
    expect(told.json).toEqual({
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
    const [resolved, changed] = await service.send('pagerduty', recipient, eventOf('info'));
    expect(JSON.parse(resolved?.body ?? '')).toEqual({
      routing_key: 'routing-key',
      event_action: 'resolve',
      dedup_key: UID,
    });
    expect(changed?.to).toBe('https://events.pagerduty.com/v2/change/enqueue');
    expect(JSON.parse(changed?.body ?? '')).toEqual({
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
    const told = await service.tell('pagerduty', recipient, eventOf('error', { reason }));
    expect(told.json).toMatchObject({ payload: { summary: `${words}: kustomization/apps` } });
  });

  it.each(['pagerduty', 'incident.io'] as const)('as %s gets nothing of what progresses', async (type) => {
    const event = eventOf('info', { reason: 'Progressing' });
    expect(await service.send(type, { ...recipient, token: 't1' }, event)).toEqual([]);
  });
});

describe('Opsgenie', () => {
  const recipient = { address: 'https://api.opsgenie.com/v2/alerts', token: 'o1' };

  it('gets an alert with an alias that is the same for an object and a reason', async () => {
    const told = await service.tell('opsgenie', recipient, eventOf('error'));
    expect(told.headers.authorization).toBe('GenieKey o1');
    expect(told.json).toEqual({
      message: 'Kustomization/apps',
      alias: '632f38dbd18ae25f0f7c4780600d48812538e1ed6b141c8ef0ec08ee83baf081',
      description: FAILED,
      details: { ...METADATA, severity: 'error' },
    });
    const alias = async (uid: string, reason: string) => {
      const { json } = await service.tell('opsgenie', { ...recipient, uid }, eventOf('error', { reason }));
      return (json as { alias: string }).alias;
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
    const told = await service.tell('incident.io', { address, token: 'i1' }, eventOf(severity));
    expect(told.headers.authorization).toBe('Bearer i1');
    expect(told.json).toEqual({
      title: `kustomization/apps.flux-system: ${reason}`,
      status,
      deduplication_key: UID,
      description,
      metadata: { ...METADATA, severity, reason, reportingController: 'kustomize-controller' },
    });
  });
});

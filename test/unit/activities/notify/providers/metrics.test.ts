import { describe, expect, it } from 'vitest';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';
const TIME = '2026-02-03T04:05:06Z';
const SECONDS = Date.parse(TIME) / 1000;

describe('Grafana', () => {
  it.each([
    [{ token: 'g1', username: 'u', password: 'p123' }, 'Bearer g1'],
    [{ username: 'u', password: 'p123' }, 'Basic dTpwMTIz'],
    [{}, undefined],
  ])('gets an annotation, with %o', async (credentials, header) => {
    const address = 'https://grafana/api/annotations/graphite';
    const told = await service.tell('grafana', { address, ...credentials }, eventOf('error'));
    expect(told.headers.authorization).toBe(header);
    expect(told.json).toEqual({
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
    const told = await service.tell(
      'datadog',
      { address: 'https://api.datadoghq.eu/x', token: 'd1' },
      eventOf(severity),
    );
    expect(told.to).toBe('https://api.datadoghq.eu/api/v1/events');
    expect(told.headers['dd-api-key']).toBe('d1');
    expect(told.json).toEqual({
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

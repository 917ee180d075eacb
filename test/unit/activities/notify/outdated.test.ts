import { expect, it } from 'vitest';
import { isOutdated, opensIncidents } from '../../../../activities/notify/outdated.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { NOTIFIED } from '../../../support/notified.ts';

const EVENT = { ...NOTIFIED, involvedObject: { ...NOTIFIED.involvedObject, uid: 'u-1' } };
const BEFORE = '2026-11-22T11:59:59Z';
const SINCE = '2026-11-22T12:00:01Z';

function clusterWith(ready: object, uid = 'u-1'): FakeCluster {
  const cluster = new FakeCluster();
  const { apiVersion, kind, namespace, name } = NOTIFIED.involvedObject;
  const other = { type: 'Healthy', status: 'False', reason: 'HealthCheckFailed', lastTransitionTime: SINCE };
  const status = { conditions: [other, { type: 'Ready', message: '', ...ready }] };
  cluster.put({ apiVersion, kind, metadata: { namespace, name, uid }, status } as KubeObject);
  return cluster;
}

it.each([
  ['error', ['True', 'ReconciliationSucceeded', SINCE], true],
  ['error', ['True', 'ReconciliationSucceeded', NOTIFIED.timestamp], false],
  ['error', ['True', 'ReconciliationSucceeded', BEFORE], false],
  ['error', ['False', 'BuildFailed', SINCE], false],
  ['error', ['Unknown', 'Progressing', SINCE], false],
  ['info', ['False', 'BuildFailed', SINCE], true],
  ['info', ['False', 'BuildFailed', BEFORE], false],
  ['info', ['False', 'DependencyNotReady', SINCE], false],
  ['info', ['True', 'ReconciliationSucceeded', SINCE], false],
  ['info', ['Unknown', 'Progressing', SINCE], false],
  ['error', ['True', 'ReconciliationSucceeded', 'soon'], false],
] as const)(
  'an event of severity %s about an object that is ready: %j is outdated: %s',
  async (severity, [status, reason, lastTransitionTime], expected) => {
    const cluster = clusterWith({ status, reason, lastTransitionTime });

    expect(await isOutdated(cluster.client, { ...EVENT, severity })).toBe(expected);
  },
);

it('of an object that is gone only the end of a failure is told', async () => {
  const ready = { status: 'False', reason: 'BuildFailed', lastTransitionTime: BEFORE };
  for (const cluster of [new FakeCluster(), clusterWith(ready, 'u-2')]) {
    expect(await isOutdated(cluster.client, { ...EVENT, severity: 'error' })).toBe(true);
    expect(await isOutdated(cluster.client, EVENT)).toBe(false);
  }
});

it('a warning of a pass that goes on does not show in the object', async () => {
  const cluster = clusterWith({ status: 'True', reason: 'Succeeded', lastTransitionTime: SINCE });

  expect(await isOutdated(cluster.client, { ...EVENT, severity: 'error', reason: 'Contested' })).toBe(false);
});

it('concerns services at which messages open and close something', () => {
  const types = ['pagerduty', 'incident.io', 'alertmanager', 'slack'] as const;
  expect(types.filter(opensIncidents)).toEqual(['pagerduty', 'incident.io']);
});

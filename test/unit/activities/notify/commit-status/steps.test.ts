import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Deps } from '../../../../../activities/deps.ts';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import { NO_METRICS } from '../../../../../activities/metrics.ts';
import type { Ended } from '../../../../../activities/notify/commit-status/outcome.ts';
import { lookAtCommit, tellCommit } from '../../../../../activities/notify/commit-status/steps.ts';
import type { StepContext } from '../../../../../activities/steps.ts';
import type { AlertSpec } from '../../../../../api/alert.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import {
  identity,
  type Made,
  type MadeRelease,
  NEW,
  OLD,
  putKustomization,
  putRelease,
  putSource,
  ready,
  stalled,
} from '../../../../support/commit-objects.ts';
import { FakeCluster } from '../../../../support/fake-cluster.ts';
import { COMMIT, STATUS_TYPES, startGitRecipient } from '../../../../support/git-recipients.ts';
import { alertOf, providerOf } from '../../../../support/notified.ts';

const ALERT = { namespace: 'apps', name: 'all' };
const AGGREGATE = { 'pawl.dev/commit-status': 'aggregate' };
const STEP: StepContext = { signal: new AbortController().signal, heartbeat: () => undefined };

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
});

function deps(noCrossNamespaceRefs = false, token = ''): Deps {
  const http = createHttpClient();
  onTestFinished(() => http.close());
  const made = {
    kube: cluster.client,
    metrics: NO_METRICS,
    policy: { noCrossNamespaceRefs, defaultServiceAccount: undefined, requeueDependencyMs: 1 },
    notifications: { http, readSecret: async () => ({ token: Buffer.from(token) }) },
    now: () => new Date(0),
  } satisfies Partial<Record<keyof Deps, unknown>>;
  return made as unknown as Deps;
}

function put(object: Record<string, unknown>): void {
  cluster.put(object as unknown as KubeObject);
}

const BOTH: AlertSpec['eventSources'] = [
  { kind: 'Kustomization', name: '*' },
  { kind: 'HelmRelease', name: '*' },
];

function putAlert(
  spec: Partial<AlertSpec> = {},
  annotations: Readonly<Record<string, string>> = AGGREGATE,
): void {
  put(alertOf({ eventSources: BOTH, ...spec }, annotations) as unknown as Record<string, unknown>);
}

async function look(sources: readonly string[] = [], noCrossNamespaceRefs = false, ended: Ended = {}) {
  return await lookAtCommit(deps(noCrossNamespaceRefs), { alert: ALERT, commit: COMMIT, sources, ended });
}

const NOTHING = { isGone: false, sources: [], ended: {} };

describe('a look at a commit', () => {
  it.each<[string, Made, string]>([
    ['has tried it', {}, 'success'],
    ['has an older one', { revision: OLD }, 'pending'],
    ['never tried any', { revision: '' }, 'pending'],
    ['failed', { conditions: ready('False', 'BuildFailed') }, 'failure'],
    ['failed with an older one', { revision: OLD, conditions: ready('False', 'BuildFailed') }, 'pending'],
    ['is at it', { conditions: ready('Unknown', 'Progressing') }, 'pending'],
    ['has another spec since', { conditions: ready('True', 'ReconciliationSucceeded', 1) }, 'pending'],
    ['waits for another', { conditions: ready('False', 'DependencyNotReady') }, 'pending'],
    ['has a cycle before it', { conditions: stalled('DependencyNotReady') }, 'failure'],
    ['has a spec that is no good', { revision: OLD, conditions: stalled('InvalidSpec') }, 'failure'],
    ['had a spec that was no good', { revision: OLD, conditions: stalled('InvalidSpec', 1) }, 'pending'],
    ['has no conditions', { conditions: [] }, 'pending'],
  ])('sees a Kustomization that %s', async (_what, made, state) => {
    putAlert();
    putSource(cluster, NEW);
    putKustomization(cluster, 'web', made);

    expect(await look()).toMatchObject({ isGone: false, sources: ['apps/fleet'], verdict: { state } });
  });

  it.each<[string, MadeRelease, string]>([
    ['has tried it', {}, 'success'],
    ['has a chart of an older one', { observed: OLD }, 'pending'],
    ['has a chart that is being made', { chart: ready('Unknown', 'Progressing') }, 'pending'],
    ['has a chart that cannot be made', { chart: ready('False', 'ChartPackageError') }, 'failure'],
    ['has not tried the chart', { attempted: '0.9.0' }, 'pending'],
    ['gave up another chart', { attempted: '0.9.0', release: stalled('RetriesExceeded') }, 'pending'],
    ['has a spec that is no good', { attempted: '0.9.0', release: stalled('InvalidSpec') }, 'failure'],
    ['is at it', { release: ready('Unknown', 'Progressing') }, 'pending'],
    ['failed', { release: ready('False', 'UpgradeFailed') }, 'failure'],
  ])('sees a HelmRelease that %s', async (_what, made, state) => {
    putAlert();
    putSource(cluster, NEW);
    putRelease(cluster, 'app', made);

    expect(await look()).toMatchObject({ verdict: { state } });
  });

  it('waits for a release whose chart is yet to be made, and asks for no charts of other sources', async () => {
    const release = (name: string, kind: string) => ({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: identity(name),
      spec: { interval: '1m', chart: { spec: { chart: './app', sourceRef: { kind, name: 'fleet' } } } },
    });
    putAlert();
    putSource(cluster, NEW);
    put(release('app', 'GitRepository'));
    for (const name of ['one', 'two', 'three']) put(release(name, 'HelmRepository'));

    expect(await look()).toMatchObject({ verdict: { description: 'waiting for 1 of 1 object' } });
    // The Alert, the source, and one chart.
    expect(cluster.requests.get).toBe(3);
  });

  it('does not wait for who waits for one that failed', async () => {
    putAlert();
    putSource(cluster, NEW);
    putKustomization(cluster, 'infra', { conditions: ready('False', 'HealthCheckFailed') });
    putKustomization(cluster, 'apps', { revision: OLD, conditions: ready('False', 'DependencyNotReady') });

    const description = '1 of 2 objects failed: Kustomization/apps/infra; 1 waiting for dependencies';
    const verdict = { state: 'failure', description };
    const ended = { 'Kustomization/apps/infra': 'failure', 'Kustomization/apps/apps': 'waiting' } as const;
    expect(await look()).toMatchObject({ ended, verdict });

    // A next push mends it.
    putSource(cluster, OLD);
    for (const name of ['infra', 'apps']) putKustomization(cluster, name, { revision: OLD });
    expect(await look(['apps/fleet'], false, ended)).toMatchObject({ verdict });
  });

  it('counts all that build from it, and nothing else', async () => {
    putAlert({
      eventSources: [...BOTH, { kind: 'Kustomization', name: 'web' }, { kind: 'GitRepository', name: '*' }],
    });
    putSource(cluster, NEW);
    putSource(cluster, OLD, 'other');
    putKustomization(cluster, 'web');
    putKustomization(cluster, 'late', { revision: OLD });
    putKustomization(cluster, 'resting', { revision: OLD, spec: { suspend: true } });
    putKustomization(cluster, 'leaving', {
      revision: OLD,
      metadata: { deletionTimestamp: '2026-11-22T12:00:00Z' },
    });
    putKustomization(cluster, 'elsewhere', { spec: { sourceRef: { kind: 'GitRepository', name: 'other' } } });
    putKustomization(cluster, 'of-oci', { spec: { sourceRef: { kind: 'OCIRepository', name: 'fleet' } } });
    putRelease(cluster, 'app');

    expect(await look()).toEqual({
      isGone: false,
      sources: ['apps/fleet'],
      ended: { 'Kustomization/apps/web': 'success', 'HelmRelease/apps/app': 'success' },
      verdict: { state: 'pending', description: 'waiting for 1 of 3 objects' },
    });
  });

  it('sees who was overtaken, where it knows that the source had the commit', async () => {
    putAlert();
    putSource(cluster, OLD);
    putKustomization(cluster, 'web');
    putKustomization(cluster, 'late', { revision: OLD });

    expect(await look()).toEqual(NOTHING);
    expect(await look(['apps/fleet'])).toMatchObject({
      sources: ['apps/fleet'],
      verdict: { state: 'cancelled', description: 'superseded before 1 of 2 objects had tried it' },
    });
  });

  it('remembers how the others had ended, of which another commit is seen by now', async () => {
    putAlert();
    putSource(cluster, NEW);
    putKustomization(cluster, 'good');
    putKustomization(cluster, 'bad', { conditions: ready('False', 'BuildFailed') });
    putKustomization(cluster, 'late', { revision: OLD });
    const { sources, ended } = await look();

    putSource(cluster, OLD);
    for (const name of ['good', 'bad']) putKustomization(cluster, name, { revision: OLD });
    const cancelled = 'superseded before 1 of 3 objects had tried it; 1 failed: Kustomization/apps/bad';
    expect((await look(sources, false, ended)).verdict?.description).toBe(cancelled);

    putKustomization(cluster, 'late');
    const failure = { state: 'failure', description: '1 of 3 objects failed: Kustomization/apps/bad' };
    expect(await look(sources, false, ended)).toMatchObject({ verdict: failure });
  });

  it('forgets how one had ended that is at the commit again', async () => {
    putAlert();
    putSource(cluster, NEW);
    putKustomization(cluster, 'web', { conditions: ready('Unknown', 'Progressing') });

    const ended = { 'Kustomization/apps/web': 'failure' } as const;
    expect(await look(['apps/fleet'], false, ended)).toMatchObject({
      ended: {},
      verdict: { state: 'pending' },
    });
  });

  it('sees other namespaces where that is allowed', async () => {
    putAlert({ eventSources: [{ kind: 'Kustomization', name: '*', namespace: 'team' }] });
    putSource(cluster, NEW, 'fleet', 'team');
    putKustomization(cluster, 'web', { metadata: { namespace: 'team' } });

    expect(await look()).toMatchObject({ verdict: { state: 'success' } });
    expect(await look([], true)).toEqual(NOTHING);
  });

  it.each([
    ['rests', () => putAlert({ suspend: true })],
    ['does not want it any more', () => putAlert({}, {})],
    ['is gone', () => undefined],
  ])('sees an Alert that %s', async (_what, make) => {
    make();
    expect(await look()).toEqual({ ...NOTHING, isGone: true });
  });
});

describe.each(STATUS_TYPES)('the one status of a commit at %s', (type) => {
  it('is of the Alert, and goes from pending to its end', async () => {
    await using host = await startGitRecipient(type);
    const { address = '', token } = host.recipient;
    putAlert();
    put(providerOf({ type, address, secretRef: { name: 'token' } }) as unknown as Record<string, unknown>);
    const tell = (state: 'pending' | 'success' | 'failure' | 'cancelled', description: string) =>
      tellCommit(deps(false, token), { alert: ALERT, commit: COMMIT, state, description }, STEP);

    await tell('pending', 'waiting for 2 of 2 objects');
    await tell('pending', 'waiting for 2 of 2 objects');
    await tell('failure', `1 of 2 objects failed: ${'Kustomization/apps/x'.repeat(30)}`);
    await tell('success', '2 objects reconciled');
    await tell('cancelled', 'superseded before 1 of 2 objects had tried it');

    const states = {
      github: ['pending', 'failure', 'success', 'error'],
      gitlab: ['pending', 'failed', 'success', 'canceled'],
      gitea: ['pending', 'failure', 'success', 'error'],
      bitbucket: ['INPROGRESS', 'FAILED', 'SUCCESSFUL', 'STOPPED'],
      bitbucketserver: ['INPROGRESS', 'FAILED', 'SUCCESSFUL', 'CANCELLED'],
      azuredevops: ['pending', 'error', 'succeeded', 'notApplicable'],
    };
    expect(host.statuses.map(({ state }) => state)).toEqual(states[type]);
    expect(new Set(host.statuses.map(({ name }) => name)).size).toBe(1);
    expect(JSON.stringify(host.statuses[0]?.content)).toMatch(/alert\/all|[0-9a-f]{40}/);
  });
});

it('has the name that commitStatusExpr says of an event about the Alert', async () => {
  await using host = await startGitRecipient('github');
  const { address = '', token } = host.recipient;
  putAlert({ eventMetadata: { env: 'prod' } });
  const commitStatusExpr = `event.involvedObject.kind + '/' + alert.metadata.name + '/' + event.metadata.env`;
  const provider = providerOf({ type: 'github', address, commitStatusExpr, secretRef: { name: 'token' } });
  put(provider as unknown as Record<string, unknown>);

  const verdict = { state: 'success', description: '1 object reconciled' } as const;
  await tellCommit(deps(false, token), { alert: ALERT, commit: COMMIT, ...verdict }, STEP);

  expect(host.statuses.map(({ name }) => name)).toEqual(['Alert/all/prod']);
});

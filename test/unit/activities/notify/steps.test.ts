import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import { createHttpClient } from '../../../../activities/fetch/http/client.ts';
import { NO_METRICS } from '../../../../activities/metrics.ts';
import type { AlertBook } from '../../../../activities/notify/alert-book.ts';
import { createExpressLane, type ExpressLane } from '../../../../activities/notify/express-lane.ts';
import type { Labels, Notice, Route } from '../../../../activities/notify/notice.ts';
import {
  deliverAtOnce,
  deliverEvent,
  passOnEvent,
  routeEvent,
  tellDispatchFailure,
} from '../../../../activities/notify/steps.ts';
import type { EventInput } from '../../../../activities/status/events.ts';
import type { StepContext } from '../../../../activities/steps.ts';
import type { Alert } from '../../../../api/alert.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import type { Provider } from '../../../../api/provider.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { alertOf, NOTIFIED, providerOf } from '../../../support/notified.ts';
import { startSink } from '../../../support/sink.ts';

const PLAIN: Route = { alert: { namespace: 'apps', name: 'all' }, timeoutMs: 1 };
const COUNTING: Route = { ...PLAIN, afterFailures: 2 };
const NOTICE: Notice = { event: NOTIFIED, key: 'k' };
const STEP: StepContext = { signal: new AbortController().signal, heartbeat: () => undefined };

let cluster: FakeCluster;
let lane: ExpressLane;
let events: EventInput[];
let asked: Labels[];
let passed: string[];
let counted: string[];
let lines: object[];
beforeEach(() => {
  cluster = new FakeCluster();
  lane = createExpressLane();
  events = [];
  asked = [];
  passed = [];
  counted = [];
  lines = [];
});

function deps(book: Partial<AlertBook> = {}): Deps {
  const http = createHttpClient();
  onTestFinished(() => http.close());
  const note = (to: string) => async () => void passed.push(to);
  const made: Pick<Deps, 'kube' | 'events' | 'metrics' | 'notifications' | 'log'> = {
    kube: cluster.client,
    log: { info: () => undefined, warn: (details) => void lines.push(details), error: () => undefined },
    metrics: { ...NO_METRICS, delivered: (provider, result) => void counted.push(`${provider} ${result}`) },
    events: { record: async (event) => void events.push(event), flush: async () => undefined },
    notifications: {
      book: {
        isReady: async () => true,
        needsLabels: () => true,
        recipients: () => undefined,
        wanting(_event, labels) {
          asked.push(labels);
          return [PLAIN, COUNTING];
        },
        ...book,
      },
      notices: {
        tell: () => Promise.reject(new Error('no step does this')),
        group: note('group'),
        countFailure: note('count'),
        endFailures: note('end'),
        lookAtCommit: note('look'),
      },
      lane,
      http,
      readSecret: async () => undefined,
    },
  };
  return made as Deps;
}

function put(...objects: readonly object[]): void {
  for (const object of objects) cluster.put(object as KubeObject);
}

describe('routes', () => {
  it('are those that the book says, by the labels of the notice', async () => {
    const { routes } = await routeEvent(deps(), { notice: { ...NOTICE, labels: { team: 'a' } } });

    expect(routes).toEqual([PLAIN, COUNTING]);
    expect(asked).toEqual([{ team: 'a' }]);
    expect(cluster.requests.get).toBe(0);
  });

  it('are by the labels of the live object where the notice has none, and anybody looks at them', async () => {
    const { apiVersion, kind, namespace, name } = NOTIFIED.involvedObject;
    put({ apiVersion, kind, metadata: { namespace, name, labels: { team: 'b' } } });

    await routeEvent(deps(), { notice: NOTICE });
    await routeEvent(deps({ needsLabels: () => false }), { notice: NOTICE });

    expect(asked).toEqual([{ team: 'b' }, {}]);
  });

  it('are not known before the first list', async () => {
    const routing = routeEvent(deps({ isReady: async () => false }), { notice: NOTICE });

    await expect(routing).rejects.toMatchObject({ nonRetryable: false });
  });
});

it.each([
  { to: 'group', severity: 'info', heard: 'group' },
  { to: 'count', severity: 'error', heard: 'count' },
  { to: 'count', severity: 'info', heard: 'end' },
] as const)('an event of severity $severity is passed on: $heard', async ({ to, severity, heard }) => {
  await passOnEvent(deps(), { route: PLAIN, notice: { ...NOTICE, event: { ...NOTIFIED, severity } }, to });

  expect(passed).toEqual([heard]);
});

describe('a delivery', () => {
  const input = { alert: PLAIN.alert, events: [NOTIFIED], key: 'k' };

  it('tells the event as the Alert wants it, and its owner of keys with several meanings', async () => {
    const sink = await startSink();
    const metadata = { 'kustomize.toolkit.fluxcd.io/revision': 'main' };
    put(alertOf({ eventMetadata: { revision: 'mine' } }), providerOf({ address: sink.url }));

    const delivered = await deliverEvent(deps(), { ...input, events: [{ ...NOTIFIED, metadata }] }, STEP);

    expect(delivered).toEqual({ isTold: true });
    expect(sink.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { message: 'it is done', metadata: { revision: 'main' } },
    ]);
    expect(events).toMatchObject([
      {
        reason: 'MetadataAppendFailed',
        object: { kind: 'Alert' },
        message: expect.stringContaining('revision ('),
      },
    ]);
  });

  it.each<{ readonly name: string; readonly objects: readonly object[] }>([
    { name: 'the Alert is gone', objects: [] },
    { name: 'the Alert rests', objects: [alertOf({ suspend: true }), providerOf()] },
    { name: 'the Provider rests', objects: [alertOf({}), providerOf({ suspend: true })] },
  ])('tells nobody when $name', async ({ objects }) => {
    put(...objects);

    expect(await deliverEvent(deps(), input, STEP)).toEqual({ isTold: false });
  });

  it('opens no incident of a failure that is over, and closes none of one that came since', async () => {
    const sink = await startSink();
    const { involvedObject, timestamp } = NOTIFIED;
    const { apiVersion, kind, namespace, name } = involvedObject;
    const lastTransitionTime = new Date(Date.parse(timestamp) + 60_000).toISOString();
    const become = (status: string, reason: string) => {
      const conditions = [{ type: 'Ready', status, reason, lastTransitionTime }];
      put({ apiVersion, kind, metadata: { namespace, name }, status: { conditions } });
    };
    put(alertOf({}), providerOf({ type: 'pagerduty', address: sink.url, channel: 'key' }));
    const tell = (severity: 'info' | 'error') =>
      deliverEvent(deps(), { ...input, events: [{ ...NOTIFIED, severity }] }, STEP);

    become('True', 'ReconciliationSucceeded');
    expect(await tell('error')).toEqual({ isTold: false });
    expect(await tell('info')).toEqual({ isTold: true });
    become('False', 'BuildFailed');
    expect(await tell('info')).toEqual({ isTold: false });
    expect(await tell('error')).toEqual({ isTold: true });

    const actions = sink.received.map(
      ({ body }) => (JSON.parse(body) as { event_action?: string }).event_action,
    );
    expect(actions).toEqual(['resolve', undefined, 'trigger']);
  });

  it('is tried again while the Provider is missing: it may be on its way', async () => {
    put(alertOf({}));

    await expect(deliverEvent(deps(), input, STEP)).rejects.toMatchObject({
      nonRetryable: false,
      message: "failed to read provider: provider 'apps/sink' not found; create it",
    });
    expect(lines).toMatchObject([{ namespace: 'apps', name: 'all' }]);
  });

  it.each<{ readonly annotations: Readonly<Record<string, string>>; readonly told: readonly string[] }>([
    { annotations: {}, told: ['it is done'] },
    { annotations: { 'pawl.dev/after-failures': '3' }, told: ['2 events in 1s:'] },
  ])('to a Provider that came later is of what its type is told of: $told', async ({ annotations, told }) => {
    const sink = await startSink();
    const metadata = { 'kustomize.toolkit.fluxcd.io/commit_status': 'update' };
    put(alertOf({}, annotations), providerOf({ type: 'rocket', address: sink.url }));
    const update = { ...NOTIFIED, metadata };

    await deliverEvent(deps(), { ...input, events: [update, NOTIFIED], windowMs: 1_000 }, STEP);

    const texts = sink.received.map(({ body }) => /"text":"([^"\\]*)/.exec(body)?.[1]);
    expect(texts).toEqual(told);
  });

  it('that the type is not told of at all is dropped', async () => {
    const metadata = { 'kustomize.toolkit.fluxcd.io/commit_status': 'update' };
    put(alertOf({}), providerOf({ type: 'rocket' }));

    const delivered = deliverEvent(deps(), { ...input, events: [{ ...NOTIFIED, metadata }] }, STEP);

    expect(await delivered).toEqual({ isTold: false });
  });

  it('is given up where the Provider does not parse', async () => {
    put(alertOf({}), { ...providerOf(), spec: { type: 'pigeon' } });

    await expect(deliverEvent(deps(), input, STEP)).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining("provider 'apps/sink': spec.type: "),
    });
  });

  it('ends with the timeout of the Provider, and is tried again', async () => {
    const sink = await startSink();
    await sink.answer('never');
    put(alertOf({}), providerOf({ address: sink.url, timeout: '50ms' }));

    await expect(deliverEvent(deps(), input, STEP)).rejects.toMatchObject({
      nonRetryable: false,
      message: 'the webhook: the server did not answer in time',
    });
    expect(counted).toEqual(['generic Retried']);
  });
});

describe('a delivery at once', () => {
  const input = { alert: PLAIN.alert, events: [NOTIFIED], key: 'k' };
  const SINK = 'apps/sink';
  const following = (alert: Alert, provider: Provider) => deps({ recipients: () => ({ alert, provider }) });
  const refuse = () => Promise.reject(new Error('down'));

  it('goes by what is followed, without a read', async () => {
    const sink = await startSink();

    const delivered = await deliverAtOnce(
      following(alertOf({}), providerOf({ address: sink.url })),
      input,
      STEP,
    );

    expect(delivered).toEqual({ isTold: true });
    expect(sink.received).toHaveLength(1);
    expect(cluster.requests.get).toBe(0);
  });

  it('is left where Alert or Provider are not followed', async () => {
    expect(await deliverAtOnce(deps(), input, STEP)).toEqual({ isTold: false, isLeft: true });
  });

  it('is left where the service failed the last time, until it answers again', async () => {
    const sink = await startSink();
    const known = following(alertOf({}), providerOf({ address: sink.url }));
    put(alertOf({}), providerOf({ address: sink.url }));
    await lane.watched(SINK, refuse).catch(() => undefined);

    expect(await deliverAtOnce(known, input, STEP)).toEqual({ isTold: false, isLeft: true });
    expect(await deliverEvent(known, input, STEP)).toEqual({ isTold: true });
    expect(await deliverAtOnce(known, input, STEP)).toEqual({ isTold: true });
  });

  it.each([
    { name: 'the Alert rests', alert: alertOf({ suspend: true }), provider: providerOf() },
    { name: 'the Provider rests', alert: alertOf({}), provider: providerOf({ suspend: true }) },
  ])('tells nobody when $name', async ({ alert, provider }) => {
    expect(await deliverAtOnce(following(alert, provider), input, STEP)).toEqual({ isTold: false });
  });

  it('that is refused is final, unless its owner has just corrected the Provider', async () => {
    const sink = await startSink();
    await sink.answer(401);
    put(alertOf({}), providerOf({ address: sink.url }));
    const [apiVersion, namespace] = [alertOf({}).apiVersion, 'apps'];
    const alert = (await cluster.client.get({ apiVersion, kind: 'Alert', namespace, name: 'all' })) as Alert &
      KubeObject;
    const provider = (await cluster.client.get({
      apiVersion,
      kind: 'Provider',
      namespace,
      name: 'sink',
    })) as Provider & KubeObject;

    const known = following(alert, provider);
    await expect(deliverAtOnce(known, input, STEP)).rejects.toMatchObject({ nonRetryable: true });
    const about = { controllerKind: 'Alert', namespace: 'apps', name: 'all', provider: 'generic' };
    expect(lines).toEqual([{ ...about, error: 'the webhook: the server answers HTTP 401' }]);

    lane = createExpressLane();
    put(provider);
    expect(await deliverAtOnce(following(alert, provider), input, STEP)).toEqual({
      isTold: false,
      isLeft: true,
    });
    expect(sink.asked).toBe(2);
  });
});

it.each([
  { isFinal: true, ending: 'HTTP 401' },
  { isFinal: false, ending: 'HTTP 401; it is tried again for a day' },
])('a failure is told to the owner of the Alert: $ending', async ({ isFinal, ending }) => {
  put(alertOf({}));
  const object = NOTIFIED.involvedObject;

  await tellDispatchFailure(deps(), { alert: PLAIN.alert, object, message: 'HTTP 401', isFinal });

  expect(events).toMatchObject([
    {
      object: { kind: 'Alert', metadata: { name: 'all' } },
      type: 'Warning',
      reason: 'NotificationDispatchFailed',
      message: `failed to send notification for Kustomization/apps/web: ${ending}`,
    },
  ]);
});

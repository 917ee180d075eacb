import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeError, NoKindError } from '../../../../activities/kube/errors.ts';
import { type AlertBook, createAlertBook } from '../../../../activities/notify/alert-book.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { alertOf, NOTIFIED, providerOf } from '../../../support/notified.ts';

let cluster: FakeCluster;
let stop: AbortController;
let problems: string[];
let errors: unknown[];
beforeEach(() => {
  cluster = new FakeCluster();
  stop = new AbortController();
  problems = [];
  errors = [];
});
afterEach(() => stop.abort());

const ALL = [{ kind: 'Kustomization' as const, name: '*' }];
const UPDATE = { ...NOTIFIED, metadata: { 'kustomize.toolkit.fluxcd.io/commit_status': 'update' } };
const FAILURE = { ...NOTIFIED, severity: 'error' as const, reason: 'BuildFailed' };

function open(
  options: { readonly noCrossNamespaceRefs?: boolean; readonly firstListMs?: number } = {},
): AlertBook {
  return createAlertBook({
    kube: cluster.client,
    signal: stop.signal,
    noCrossNamespaceRefs: false,
    onProblem: (alert, reason, message) => void problems.push(`${alert.metadata.name} ${reason} ${message}`),
    onError: (error) => void errors.push(error),
    times: { backoff: 5, longestBackoff: 20 },
    ...options,
  });
}

function put(...objects: readonly object[]): void {
  for (const object of objects) cluster.put(object as KubeObject);
}

async function opened(...objects: readonly object[]): Promise<AlertBook> {
  put(...objects);
  const book = open();
  expect(await book.isReady()).toBe(true);
  return book;
}

const names = (book: AlertBook, event = NOTIFIED, labels = {}) =>
  book.wanting(event, labels).map(({ alert }) => `${alert.namespace}/${alert.name}`);

describe('who wants an event', () => {
  it('is whose sources, lists and Provider say so', async () => {
    const book = await opened(
      alertOf({ eventSources: ALL, exclusionList: ['secret'] }),
      providerOf({ timeout: '3s' }),
    );

    expect(book.wanting(NOTIFIED, {})).toEqual([
      { alert: { namespace: 'apps', name: 'all' }, timeoutMs: 3_000 },
    ]);
    expect(names(book, { ...NOTIFIED, message: 'a secret' })).toEqual([]);
  });

  it.each<{ readonly name: string; readonly objects: readonly object[]; readonly wants: boolean }>([
    {
      name: 'a suspended Alert',
      objects: [alertOf({ eventSources: ALL, suspend: true }), providerOf()],
      wants: false,
    },
    {
      name: 'a suspended Provider',
      objects: [alertOf({ eventSources: ALL }), providerOf({ suspend: true })],
      wants: false,
    },
    {
      name: 'a missing Provider, which the Alert is told of',
      objects: [alertOf({ eventSources: ALL })],
      wants: true,
    },
    {
      name: 'a Provider that is not told of such',
      objects: [alertOf({ eventSources: ALL }), providerOf({ type: 'github' })],
      wants: false,
    },
    {
      name: 'an Alert that does not parse',
      objects: [{ ...alertOf({}), spec: { eventSources: 3 } }],
      wants: false,
    },
  ])('$name: $wants', async ({ objects, wants }) => {
    expect(names(await opened(...objects))).toEqual(wants ? ['apps/all'] : []);
  });

  it('changes with the objects', async () => {
    const book = await opened(alertOf({ eventSources: ALL }), providerOf());
    await expect.poll(() => cluster.watches).toBe(2);

    put(providerOf({ suspend: true }));
    await expect.poll(() => names(book)).toEqual([]);
    put(providerOf());
    await expect.poll(() => names(book)).toEqual(['apps/all']);
    const { apiVersion, kind, metadata } = alertOf({});
    cluster.remove({ apiVersion, kind, ...metadata });
    await expect.poll(() => names(book)).toEqual([]);
  });

  it('is nobody of another namespace where references to others are blocked, and the owner hears of it', async () => {
    put(alertOf({ eventSources: [{ kind: 'Kustomization', name: '*', namespace: 'other' }] }));
    const book = open({ noCrossNamespaceRefs: true });
    await book.isReady();

    const involvedObject = { ...NOTIFIED.involvedObject, namespace: 'other' };
    expect(names(book, { ...NOTIFIED, involvedObject })).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^all NotificationDispatchFailed .*have been blocked$/)]);
  });
});

describe('an Alert that counts failures', () => {
  const counting = alertOf({ eventSources: ALL, eventSeverity: 'error' }, { 'pawl.dev/after-failures': '2' });

  it.each([
    { name: 'wants failures', event: FAILURE, wants: true },
    { name: 'wants what ends them, whatever its Provider takes', event: UPDATE, wants: true },
    {
      name: 'wants no warning of a pass that goes on',
      event: { ...FAILURE, reason: 'Contested' },
      wants: false,
    },
    { name: 'wants no step on the way', event: { ...NOTIFIED, reason: 'Progressing' }, wants: false },
  ])('$name', async ({ event, wants }) => {
    const book = await opened(counting, providerOf({ type: 'slack' }));

    expect(book.wanting(event, {}).map(({ afterFailures }) => afterFailures)).toEqual(wants ? [2] : []);
  });
});

it('the owner hears once of a pattern that does not compile, and again of another', async () => {
  await opened(alertOf({ exclusionList: ['('] }));
  await expect.poll(() => cluster.watches).toBe(2);

  put(alertOf({ exclusionList: ['('] }));
  put(alertOf({ exclusionList: [')'] }));

  await expect
    .poll(() => problems)
    .toEqual([
      'all InvalidConfig failed to compile exclusion regex: (',
      'all InvalidConfig failed to compile exclusion regex: )',
    ]);
});

describe('before the first list', () => {
  it('waits for it', async () => {
    let isAway = true;
    cluster.refuse = () => (isAway ? new Error('away') : undefined);
    put(alertOf({ eventSources: ALL }));
    const book = open();
    const ready = book.isReady();
    await expect.poll(() => errors.length).toBeGreaterThan(0);

    isAway = false;

    expect(await ready).toBe(true);
    expect(names(book)).toEqual(['apps/all']);
  });

  it('waits for some time only', async () => {
    cluster.refuse = () => new Error('away');
    const book = open({ firstListMs: 20 });

    expect(await book.isReady()).toBe(false);
  });

  it.each([
    { name: 'the definitions are not installed', error: new NoKindError('v1beta3', 'Alert') },
    { name: 'the server does not serve them', error: new KubeError(404, { message: '404 page not found' }) },
  ])('nobody wants anything where $name', async ({ error }) => {
    cluster.refuse = () => error;
    const book = open();

    expect(await book.isReady()).toBe(true);
    expect(names(book)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('nobody wants anything where they are hidden from this worker, which says so', async () => {
    cluster.refuse = () => new KubeError(403, { message: 'forbidden' });
    const book = open();

    expect(await book.isReady()).toBe(true);
    expect(names(book)).toEqual([]);
    expect(errors).not.toEqual([]);
  });
});

describe('an Alert and its Provider', () => {
  const REF = { namespace: 'apps', name: 'all' };

  it('are known as long as they are there', async () => {
    const book = await opened(alertOf({}), providerOf());

    expect(book.recipients(REF)).toMatchObject({
      alert: { metadata: { name: 'all' } },
      provider: { metadata: { name: 'sink' } },
    });
    expect(book.recipients({ ...REF, name: 'other' })).toBeUndefined();

    cluster.remove({
      apiVersion: providerOf().apiVersion,
      kind: 'Provider',
      namespace: 'apps',
      name: 'sink',
    });
    await expect.poll(() => book.recipients(REF)).toBeUndefined();
  });

  it('are not known while they cannot be followed, and again afterwards', async () => {
    const book = await opened(alertOf({}), providerOf());

    await expect.poll(() => cluster.watches).toBe(2);
    cluster.refuse = () => new Error('away');
    cluster.cutWatches(new Error('away'));
    await expect.poll(() => book.recipients(REF)).toBeUndefined();

    cluster.refuse = undefined;

    await expect.poll(() => cluster.watches).toBe(2);
    cluster.bookmark();
    await expect.poll(() => book.recipients(REF)).toBeDefined();
  });
});

it('says whether any Alert looks at labels', async () => {
  const plain = await opened(alertOf({ eventSources: ALL }));
  expect(plain.needsLabels()).toBe(false);

  put(alertOf({ eventSources: [{ ...ALL[0]!, matchLabels: { team: 'a' } }] }));

  await expect.poll(() => plain.needsLabels()).toBe(true);
  expect(names(plain, NOTIFIED, { team: 'b' })).toEqual([]);
  expect(names(plain, NOTIFIED, { team: 'a' })).toEqual(['apps/all']);
});

describe('an Alert with one status for a commit', () => {
  const COMMIT = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738';
  const AGGREGATE = { 'pawl.dev/commit-status': 'aggregate' };
  const REVISION = `main@sha1:${COMMIT}`;
  const TRIED = { ...NOTIFIED, metadata: { 'kustomize.toolkit.fluxcd.io/revision': REVISION } };
  const FETCHED = {
    ...NOTIFIED,
    involvedObject: {
      kind: 'GitRepository',
      namespace: 'flux-system',
      name: 'fleet',
      apiVersion: 'source.toolkit.fluxcd.io/v1',
    },
    reason: 'NewArtifact',
    metadata: { 'source.toolkit.fluxcd.io/revision': REVISION },
  };
  const routes = (book: AlertBook, event: typeof NOTIFIED) => book.wanting(event, {});

  it('wants to look at it at each event that names it, from its fetch on', async () => {
    const annotations = { ...AGGREGATE, 'pawl.dev/group': '5m' };
    const book = await opened(
      alertOf({ eventSources: ALL, eventSeverity: 'error' }, annotations),
      providerOf({ type: 'github' }),
    );

    for (const event of [
      TRIED,
      { ...TRIED, reason: 'Progressing' },
      { ...TRIED, ...FAILURE, metadata: TRIED.metadata },
      FETCHED,
    ]) {
      expect(routes(book, event)).toEqual([
        { alert: { namespace: 'apps', name: 'all' }, timeoutMs: 15_000, commit: COMMIT },
      ]);
    }
    expect(routes(book, NOTIFIED)).toEqual([]);
    expect(routes(book, FAILURE)).toEqual([]);
    expect(routes(book, { ...FETCHED, reason: 'GitOperationFailed' })).toEqual([]);
  });

  it('wants nothing while it or its Provider rests', async () => {
    const provider = providerOf({ type: 'github', suspend: true });
    const book = await opened(alertOf({ eventSources: ALL }, AGGREGATE), provider);
    expect(routes(book, TRIED)).toEqual([]);
  });

  it('is told of events as any where the Provider sets no statuses', async () => {
    const book = await opened(alertOf({ eventSources: ALL }, AGGREGATE), providerOf({ type: 'slack' }));

    expect(routes(book, TRIED)).toEqual([{ alert: { namespace: 'apps', name: 'all' }, timeoutMs: 15_000 }]);
  });
});

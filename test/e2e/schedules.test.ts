import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome, POLL, POLL_BEHIND } from '../support/flux.ts';
import { idOf, runsOf, scheduleOf, temporalClient } from '../support/temporal.ts';

const FILES = { 'app/one.yaml': configMap('one'), 'app/two.yaml': configMap('two') };
const MINUTE = 60_000;

test('every object has a schedule of its interval with an offset, which follows the interval and goes with the object', async () => {
  const home = await fluxHome({ files: FILES, source: { interval: '7m' } });
  await home.kustomization('app', { path: './app', interval: '10m' });
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  const intervalOf = async (kind: Kind, name: string) =>
    (await scheduleOf(client, home.ref(kind, name)))?.spec.intervals?.[0]?.every;
  await expect.poll(() => intervalOf(Kind.Kustomization, 'app'), POLL_BEHIND).toBe(10 * MINUTE);
  await expect.poll(() => intervalOf(Kind.GitRepository, 'home'), POLL_BEHIND).toBe(7 * MINUTE);

  const schedule = await scheduleOf(client, ref);

  expect(schedule?.action).toMatchObject({ type: 'startWorkflow', workflowType: 'tick', args: [{ ref }] });
  expect(schedule?.policies.overlap).toBe('SKIP');
  expect(schedule?.policies.catchupWindow).toBe(MINUTE);
  expect(schedule?.state.paused).toBe(false);
  const offset = schedule?.spec.intervals?.[0]?.offset ?? -1;
  expect(offset).toBeGreaterThanOrEqual(0);
  expect(offset).toBeLessThan(10 * MINUTE);

  await home.update('Kustomization', 'app', { interval: '3m' });
  await expect.poll(() => intervalOf(Kind.Kustomization, 'app'), POLL_BEHIND).toBe(3 * MINUTE);

  await home.delete('Kustomization', 'app');
  await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
  await expect.poll(() => scheduleOf(client, ref), POLL).toBeUndefined();
});

test('a tick over an unchanged object asks for nothing, says how many objects it checked, and writes nothing', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app', interval: '2s' });
  const before = await home.ready('Kustomization', 'app');
  const one = await home.live('ConfigMap', 'one');
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  const runs = (await runsOf(client, ref)).length;
  await expect.poll(() => scheduleOf(client, ref), POLL_BEHIND).toBeDefined();

  const answers = await ticks(client, home, 3);

  expect(answers).toEqual(
    Array(3).fill({
      requested: false,
      message: 'nothing to do, 2 objects checked',
      objects: 2,
      ms: expect.any(Number),
    }),
  );
  expect((await home.get('Kustomization', 'app')).metadata.resourceVersion).toBe(
    before.metadata.resourceVersion,
  );
  expect((await home.live('ConfigMap', 'one'))?.metadata).toEqual(one?.metadata);
  expect(await runsOf(client, ref)).toHaveLength(runs);
});

test('a tick of a source asks the remote, and fetches only what is new', async () => {
  const home = await fluxHome({ files: FILES, source: { interval: '2s' } });
  const before = await home.ready('GitRepository', 'home');
  const client = await temporalClient();
  await expect
    .poll(() => scheduleOf(client, home.ref(Kind.GitRepository, 'home')), POLL_BEHIND)
    .toBeDefined();
  home.git.server.clearRequests();

  const [answer] = await ticks(client, home, 1, home.ref(Kind.GitRepository, 'home'));

  const { artifact } = before.status ?? {};
  expect(answer).toMatchObject({
    requested: false,
    message: `nothing to do, the remote is at ${artifact?.revision}`,
  });
  expect(home.git.server.requests.some(({ path }) => path.includes('service=git-upload-pack'))).toBe(true);
  expect((await home.get('GitRepository', 'home')).metadata.resourceVersion).toBe(
    before.metadata.resourceVersion,
  );
  const revision = await home.push({ 'app/one.yaml': configMap('one', { changed: 'yes' }) });
  await home.ready('GitRepository', 'home', revision);
});

test('the interval reverts what was edited and brings back what was deleted', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app', interval: '2s' });
  await home.ready('Kustomization', 'app');
  const { kube, namespace } = home;
  const address = { apiVersion: 'v1', kind: 'ConfigMap', namespace };

  await kube.patch(
    { ...address, name: 'one' },
    { data: { key: 'edited' } },
    { type: 'merge', fieldManager: 'kubectl-edit' },
  );
  await kube.delete({ ...address, name: 'two' });

  await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toMatchObject({ data: { key: 'value' } });
  await expect.poll(() => home.live('ConfigMap', 'two'), POLL).toMatchObject({ data: { key: 'value' } });
  const client = await temporalClient();
  const triggers = async () =>
    (await runsOf(client, home.ref(Kind.Kustomization, 'app'))).map(
      ({ searchAttributes }) => searchAttributes['PawlTrigger'],
    );
  await expect.poll(triggers, POLL).toContainEqual(['Interval']);
});

test('a request reverts drift as well, and leaves alone what nobody touched', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const { kube, namespace } = home;
  const two = await home.live('ConfigMap', 'two');
  const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'one' };
  await kube.patch(
    one,
    { data: { key: 'edited', extra: 'kept' } },
    { type: 'merge', fieldManager: 'somebody' },
  );

  const { status } = await home.reconcile('Kustomization', 'app');

  // A field that the source does not have is somebody else's: Flux leaves it, too.
  expect(await kube.get(one)).toMatchObject({ data: { key: 'value', extra: 'kept' } });
  expect(await home.live('ConfigMap', 'two')).toEqual(two);
  expect(status?.history).toMatchObject([{ totalReconciliations: 2 }]);
});

test('a schedule that is triggered by hand checks at once', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  await expect.poll(() => scheduleOf(client, ref), POLL_BEHIND).toBeDefined();
  await home.kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' });

  await client.schedule.getHandle(idOf(ref)).trigger();

  await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toBeDefined();
  const [tick] = await runsOf(client, ref, '/tick');
  expect(await client.workflow.getHandle(tick?.workflowId ?? '').result()).toMatchObject({
    requested: true,
    message: '1 of 2 objects drifted, 0 to prune',
    objects: 2,
  });
});

/** What the next ticks of an object answer. */
async function ticks(
  client: Client,
  home: FluxHome,
  count: number,
  ref = home.ref(Kind.Kustomization, 'app'),
): Promise<unknown[]> {
  const known = new Set((await runsOf(client, ref, '/tick')).map(({ runId }) => runId));
  const fresh = async () =>
    (await runsOf(client, ref, '/tick')).filter(
      ({ runId, status }) => !known.has(runId) && status.name === 'COMPLETED',
    );
  await expect.poll(async () => (await fresh()).length, POLL).toBeGreaterThanOrEqual(count);
  const found = (await fresh()).slice(0, count);
  return Promise.all(
    found.map(({ workflowId, runId }) => client.workflow.getHandle(workflowId, runId).result()),
  );
}

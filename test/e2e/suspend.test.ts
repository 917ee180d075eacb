import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import { ensureTool } from '../../tools/build.ts';
import { configMap, type FluxHome, fluxHome, POLL, POLL_BEHIND } from '../support/flux.ts';
import { idOf, resultOf, runsOf, scheduleOf, temporalClient } from '../support/temporal.ts';

const FILES = { 'app/one.yaml': configMap('one') };

test('a suspended object rests, answers requests and stays current; resumed it catches up', async () => {
  const home = await applied();
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');

  await home.update('Kustomization', 'app', { suspend: true });
  await expect
    .poll(async () => (await home.get('Kustomization', 'app')).status?.observedGeneration, POLL)
    .toBe(2);
  await expect
    .poll(async () => (await scheduleOf(client, ref))?.state, POLL_BEHIND)
    .toMatchObject({ paused: true, note: 'suspended' });
  await edit(home);
  const revision = await home.deploy({ 'app/two.yaml': configMap('two') });
  const { status } = await home.reconcile('Kustomization', 'app');

  expect(findCondition(status?.conditions, 'Ready')?.status).toBe('True');
  expect(findCondition(status?.conditions, 'Reconciling')).toBeUndefined();
  expect(status?.observedGeneration).toBe(2);
  expect(status?.lastAppliedRevision).not.toBe(revision);
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { key: 'edited' } });
  expect(await home.live('ConfigMap', 'two')).toBeUndefined();
  const last = await home.find('Kustomization', 'app');
  expect(
    (await home.events('Kustomization', 'app')).filter(({ reason }) => reason === 'ReconciliationSucceeded'),
  ).toHaveLength(1);

  await home.update('Kustomization', 'app', { suspend: null });
  const resumed = await home.ready('Kustomization', 'app', revision);

  expect(last?.metadata.generation).toBe(2);
  expect(findCondition(resumed.status?.conditions, 'Ready')?.observedGeneration).toBe(3);
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { key: 'value' } });
  expect(await home.live('ConfigMap', 'two')).toBeDefined();
  await expect.poll(async () => (await scheduleOf(client, ref))?.state.paused, POLL_BEHIND).toBe(false);
});

test('a resume without any news is answered for the new generation', async () => {
  const home = await applied();
  await home.update('Kustomization', 'app', { suspend: true });
  await expect
    .poll(async () => (await home.get('Kustomization', 'app')).status?.observedGeneration, POLL)
    .toBe(2);

  await home.update('Kustomization', 'app', { suspend: null });

  const { status } = await home.ready('Kustomization', 'app');
  expect(status?.observedGeneration).toBe(3);
  expect(findCondition(status?.conditions, 'Ready')).toMatchObject({ status: 'True', observedGeneration: 3 });
});

test('a suspended source keeps its artifact and fetches nothing', async () => {
  const home = await applied();
  const before = await home.get('GitRepository', 'home');

  await home.update('GitRepository', 'home', { suspend: true });
  const revision = await home.push({ 'app/two.yaml': configMap('two') });
  const { status } = await home.reconcile('GitRepository', 'home');

  expect(status?.artifact).toEqual(before.status?.artifact);
  expect(status?.observedGeneration).toBe(2);
  expect(findCondition(status?.conditions, 'Ready')?.status).toBe('True');
  await home.update('GitRepository', 'home', { suspend: null });
  await home.ready('Kustomization', 'app', revision);
});

test('an operator suspends, resumes and asks by signals, also when no run is open', async () => {
  const home = await applied();
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');

  await signal(home, ref, 'suspend', { by: 'ada', reason: 'database move' });

  await expect.poll(async () => (await home.get('Kustomization', 'app')).spec.suspend, POLL).toBe(true);
  const suspended = await home.get('Kustomization', 'app');
  expect(suspended.metadata.annotations).toMatchObject({
    'pawl.dev/suspended-by': 'ada',
    'pawl.dev/suspend-reason': 'database move',
  });
  const note = { paused: true, note: 'suspended by ada: database move' };
  await expect.poll(async () => (await scheduleOf(client, ref))?.state, POLL_BEHIND).toMatchObject(note);
  await edit(home);
  await signal(home, ref, 'requestReconcile', { reason: 'please' });
  await expect
    .poll(async () => lastPass(home, ref), POLL)
    .toMatchObject({ trigger: 'Manual', outcome: 'Suspended', message: note.note });
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { key: 'edited' } });

  await signal(home, ref, 'resume', { by: 'ada' });

  await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toMatchObject({ data: { key: 'value' } });
  const resumed = await home.ready('Kustomization', 'app');
  expect(resumed.spec.suspend).toBeUndefined();
  expect(
    Object.keys(resumed.metadata.annotations ?? {}).filter((key) => key.startsWith('pawl.dev/')),
  ).toEqual([]);
  await expect.poll(async () => (await scheduleOf(client, ref))?.state.paused, POLL_BEHIND).toBe(false);

  await edit(home);
  await signal(home, ref, 'requestReconcile');
  await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toMatchObject({ data: { key: 'value' } });
  // There is no wait that it could end: it is a pass like any other.
  await signal(home, ref, 'cancel', { by: 'ada' });
  await expect
    .poll(async () => (await runsOf(client, ref)).filter(({ status }) => status.name === 'RUNNING'), POLL)
    .toEqual([]);
  await home.ready('Kustomization', 'app');
});

test('a suspension for a time says until when, and ends by itself', async () => {
  const home = await applied();
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  const began = Date.now();

  await signal(home, ref, 'suspend', { by: 'ada', forMs: 4_000 });

  await expect.poll(async () => (await home.get('Kustomization', 'app')).spec.suspend, POLL).toBe(true);
  const until =
    (await home.get('Kustomization', 'app')).metadata.annotations?.['pawl.dev/suspended-until'] ?? '';
  expect(Date.parse(until)).toBeGreaterThanOrEqual(began + 4_000);
  expect(Date.parse(until)).toBeLessThan(Date.now() + 4_000);
  await expect
    .poll(async () => (await scheduleOf(client, ref))?.state.note, POLL_BEHIND)
    .toBe(`suspended by ada until ${until}`);
  await edit(home);

  await expect.poll(async () => (await home.get('Kustomization', 'app')).spec.suspend, POLL).toBeUndefined();
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  await expect.poll(() => home.live('ConfigMap', 'one'), POLL).toMatchObject({ data: { key: 'value' } });
  await home.ready('Kustomization', 'app');
});

test('a resume by hand takes back the one that was to come', async () => {
  const home = await applied();
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  await signal(home, ref, 'suspend', { forMs: 3_600_000 });
  await expect.poll(async () => (await runsOf(client, ref, '/resume'))[0]?.status.name, POLL).toBe('RUNNING');

  await signal(home, ref, 'resume');

  await expect
    .poll(async () => (await runsOf(client, ref, '/resume'))[0]?.status.name, POLL)
    .toBe('TERMINATED');
});

test('the deletion of a suspended object releases it and prunes nothing', async () => {
  const home = await applied();
  await home.update('Kustomization', 'app', { suspend: true });

  await home.delete('Kustomization', 'app');

  await expect.poll(() => home.find('Kustomization', 'app'), POLL).toBeUndefined();
  expect(await home.live('ConfigMap', 'one')).toMatchObject({ data: { key: 'value' } });
});

async function applied(): Promise<FluxHome> {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  return home;
}

async function edit({ kube, namespace }: FluxHome): Promise<void> {
  const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'one' };
  await kube.patch(one, { data: { key: 'edited' } }, { type: 'merge', fieldManager: 'somebody' });
}

/** The documented command, by Temporal's own CLI. */
async function signal({ stack }: FluxHome, ref: ObjectRef, name: string, input?: object): Promise<void> {
  const args = {
    address: stack.temporalAddress,
    namespace: stack.temporalNamespace,
    'workflow-id': idOf(ref),
    type: 'kustomization',
    'task-queue': 'pawl/default',
    input: JSON.stringify({ ref }),
    'signal-name': name,
    ...(input && { 'signal-input': JSON.stringify(input) }),
  };
  const flags = Object.entries(args).flatMap(([flag, value]) => [`--${flag}`, value]);
  const temporal = await ensureTool('temporal');
  const send = () =>
    promisify(execFile)(temporal, ['workflow', 'signal-with-start', ...flags]).then(
      () => 'sent',
      (error: unknown) => String(error),
    );
  // The server takes no signal in the moment in which a run closes, and this CLI does not try again.
  await expect.poll(send, POLL).toBe('sent');
}

async function lastPass(_home: FluxHome, ref: ObjectRef): Promise<unknown> {
  const client = await temporalClient();
  const [run] = await runsOf(client, ref);
  if (run?.status.name !== 'COMPLETED') return undefined;
  return (await resultOf(client, run)).passes.at(-1);
}

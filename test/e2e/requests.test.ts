import { expect, test } from 'vitest';
import { isTrue } from '../../api/conditions.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import { Kind } from '../../api/object-ref.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';
import { recordVersions } from '../support/recorder.ts';
import { idOf, QUEUE, resultOf, runsOf, temporalClient } from '../support/temporal.ts';

const FILES = { 'app/one.yaml': configMap('one') };

test.each(['2026-11-22 16:00:00.123456789 +0000 UTC m=+0.1', 'now', ''])(
  'the value of a request is opaque: "%s"',
  async (value) => {
    const home = await fluxHome({ files: FILES });
    await home.kustomization('app', { path: './app' });
    await home.ready('Kustomization', 'app');

    await annotate(home, Kind.Kustomization, 'app', value);
    await annotate(home, Kind.GitRepository, 'home', value);

    const handled = async (kind: Kind, name: string) =>
      (await home.get(kind, name)).status?.lastHandledReconcileAt;
    await expect.poll(() => handled(Kind.Kustomization, 'app'), POLL).toBe(value);
    await expect.poll(() => handled(Kind.GitRepository, 'home'), POLL).toBe(value);
  },
);

test('a request during a fetch is answered by the fetch after it', async () => {
  const { home, versions } = await slowFetch();

  const revision = await home.push({ 'app/one.yaml': configMap('one', { at: 'second' }) });
  await annotate(home, Kind.GitRepository, 'home', 'during');
  await expect.poll(() => versions.at(-1)?.status?.lastHandledReconcileAt, POLL).toBe('during');

  const first = versions.find(({ status }) => status?.lastHandledReconcileAt === 'during');
  expect(first?.status).toMatchObject({ artifact: { revision } });
});

test('a spec that changes during a fetch is not claimed to be observed before it was fetched', async () => {
  const { home, versions } = await slowFetch();

  await home.update('GitRepository', 'home', { ref: { name: 'refs/heads/main' } });
  await home.ready('GitRepository', 'home');
  await expect.poll(() => versions.at(-1)?.status?.observedGeneration, POLL).toBe(2);

  const claims = versions.filter(
    ({ status }) => status?.observedGeneration === 2 && isTrue(status.conditions, 'Ready'),
  );
  const revisions = claims.map(
    ({ status }) => (status as GitRepository['status'])?.artifact?.revision.split('@')[0],
  );
  expect(new Set(revisions)).toEqual(new Set(['refs/heads/main']));
});

test('a run that is started without a signal, as the Temporal UI does it, is a pass like any other', async () => {
  const home = await fluxHome({ files: FILES });
  await home.kustomization('app', { path: './app' });
  await home.ready('Kustomization', 'app');
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  await expect.poll(async () => (await runsOf(client, ref))[0]?.status.name, POLL).toBe('COMPLETED');
  await home.kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' });

  const handle = await client.workflow.start('kustomization', {
    workflowId: idOf(ref),
    taskQueue: QUEUE,
    args: [{ ref }],
  });

  expect(await handle.result()).toMatchObject({ passes: [{ trigger: 'Manual', outcome: 'Succeeded' }] });
  expect(await home.live('ConfigMap', 'one')).toBeDefined();
});

test('many requests while a run is open cost one more pass, not one each', async () => {
  const home = await fluxHome({ files: FILES });
  const healthChecks = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'late' }];
  await home.kustomization('app', { path: './app', healthChecks, timeout: '10m' });
  await home.condition('Kustomization', 'app', 'Healthy', 'Progressing');
  const client = await temporalClient();
  const ref = home.ref(Kind.Kustomization, 'app');
  const before = (await runsOf(client, ref)).length;

  const handle = client.workflow.getHandle(idOf(ref));
  await Promise.all(
    Array.from({ length: 50 }, () => handle.signal('requestReconcile', { reason: 'Request' })),
  );
  const { kube, namespace } = home;
  await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace } });
  await home.ready('Kustomization', 'app');

  await expect.poll(async () => (await runsOf(client, ref))[0]?.status.name, POLL).toBe('COMPLETED');
  const runs = await runsOf(client, ref);
  const results = await Promise.all(
    runs.slice(0, runs.length - before + 1).map((run) => resultOf(client, run)),
  );
  const passes = results.flatMap((result) => result.passes);
  expect(passes.at(-1)?.outcome).toBe('Succeeded');
  expect(passes.length).toBeLessThan(10);
});

/** A source in the middle of its second fetch: the remote is asked, and slow to answer with what it has. */
async function slowFetch() {
  const home = await fluxHome({ files: FILES });
  await home.ready('GitRepository', 'home');
  const { versions } = await recordVersions(home, home.ref(Kind.GitRepository, 'home'));
  await home.push({ 'app/one.yaml': configMap('one', { at: 'first' }) });
  const { server } = home.git;
  server.clearRequests();
  // The first two are ls-remote's.
  server.setFault(() => (server.requests.length > 2 ? { delayMs: 700 } : undefined));
  await home.request('GitRepository', 'home');
  await expect.poll(() => server.requests.length, POLL).toBeGreaterThan(2);
  return { home, versions };
}

async function annotate(home: FluxHome, kind: Kind, name: string, value: string): Promise<void> {
  const apiVersion =
    kind === Kind.Kustomization ? 'kustomize.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1';
  const metadata = { annotations: { 'reconcile.fluxcd.io/requestedAt': value } };
  await home.kube.patch(
    { apiVersion, kind, namespace: home.namespace, name },
    { metadata },
    { type: 'merge' },
  );
}

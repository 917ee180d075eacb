import { join } from 'node:path';
import { targetOfRef } from '../../activities/observe/object.ts';
import { findCondition } from '../../api/conditions.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { ReconciledObject } from '../../api/objects.ts';
import { cancel, requestReconcile, suspend, Trigger } from '../../workflows/messages.ts';
import { startChartServer } from '../support/chart-server.ts';
import { CANARY } from '../support/recorded-history.ts';
import { NAMESPACE, type Stage, until } from './stage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Plays everything of the Helm kinds of which a history is kept, on a real cluster with a real worker and helm. */
export async function playHelm(stage: Stage): Promise<void> {
  const worker = await stage.stack.startWorker();
  const auth = { username: 'pawl', password: CANARY };
  await using server = await startChartServer({ root: join(stage.stack.dir, 'charts'), auth });
  for (const chart of ['bench', 'tests-pass', 'immutable', 'never-ready', 'jobs', 'broken-template'])
    await server.publish(chart);
  await waiting(stage, server.url);
  await nothingNew(stage);
  await changes(stage);
  await failures(stage, server.url);
  await interruptions(stage);
  await lost(stage, () => worker.kill());
  await deletions(stage);
}

const ref = (kind: Kind) => (name: string) => ({ kind, namespace: NAMESPACE, name });
const repository = ref(Kind.HelmRepository);
const chart = ref(Kind.HelmChart);
const release = ref(Kind.HelmRelease);

function ask(stage: Stage, of: ObjectRef): Promise<string> {
  return stage.tell(of, {
    signal: requestReconcile,
    request: { reason: Trigger.Request },
    trigger: Trigger.Request,
  });
}

async function change({ kube }: Stage, of: ObjectRef, spec: Fields): Promise<void> {
  await kube.patch(targetOfRef(of), { spec }, { type: 'merge' });
}

/** Waits until nothing runs and the status says this of the newest spec. */
async function rests(stage: Stage, of: ObjectRef, reason: string, type = 'Ready'): Promise<void> {
  await until(`${of.name} rests: ${type} ${reason}`, async () => {
    const object = (await stage.kube.get(targetOfRef(of))) as unknown as ReconciledObject | undefined;
    const condition = findCondition(object?.status?.conditions, type);
    const isOfNow = condition?.observedGeneration === object?.metadata.generation;
    return condition?.reason === reason && isOfNow && !(await stage.isRunning(of));
  });
}

/** Waits until helm is at work for the newest spec. */
async function isPending({ kube }: Stage, name: string, version: number): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE };
  await until(`${name} is pending`, async () => {
    const record = await kube.get({ ...secret, name: `sh.helm.release.v1.${name}.v${version}` });
    return record?.metadata.labels?.['status']?.startsWith('pending-') === true;
  });
}

function of(name: string, more: Fields = {}): Fields {
  const sourceRef = { kind: Kind.HelmRepository, name: 'charts' };
  return { timeout: '2m', chart: { spec: { chart: name, sourceRef } }, ...more };
}

async function install(stage: Stage, name: string, spec: Fields): Promise<void> {
  await stage.create(release(name), spec);
  await rests(stage, release(name), 'InstallSucceeded');
}

async function waiting(stage: Stage, url: string): Promise<void> {
  const { kube } = stage;
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const secrets = { login: { username: 'pawl', password: CANARY }, words: { text: CANARY } };
  for (const [name, stringData] of Object.entries(secrets)) {
    const metadata = { name, namespace: NAMESPACE };
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  }
  await stage.create(chart('early'), {
    chart: 'bench',
    sourceRef: { kind: Kind.HelmRepository, name: 'charts' },
  });
  await stage.ended(chart('early'), 'Waiting');
  const valuesFrom = [{ kind: 'Secret', name: 'words', valuesKey: 'text', targetPath: 'text' }];
  const chartRef = { kind: Kind.HelmChart, name: 'early' };
  await stage.create(release('early'), { chartRef, valuesFrom, driftDetection: { mode: 'enabled' } });
  await stage.ended(release('early'), 'Waiting');
  await stage.create(repository('charts'), { url, secretRef: { name: 'login' } });
  await rests(stage, release('early'), 'InstallSucceeded');
}

async function nothingNew(stage: Stage): Promise<void> {
  for (const object of [repository('charts'), chart('early'), release('early')]) {
    await ask(stage, object);
    await stage.ended(object, 'NothingToDo');
  }
}

async function changes(stage: Stage): Promise<void> {
  const early = release('early');
  await change(stage, early, { values: { replicas: 0, image: 'registry.example/app:2' } });
  await rests(stage, early, 'UpgradeSucceeded');
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: 'early' };
  await stage.kube.patch(target, { data: { version: 'painted over' } }, { type: 'merge' });
  await ask(stage, early);
  await until('the drift is corrected', async () => {
    const { data } = (await stage.kube.get(target)) as unknown as { data: { version: string } };
    return data.version !== 'painted over' && !(await stage.isRunning(early));
  });
  await change(stage, early, { releaseName: 'later' });
  await rests(stage, early, 'InstallSucceeded');
  await stage.create(release('tested'), of('tests-pass', { test: { enable: true } }));
  await rests(stage, release('tested'), 'TestSucceeded');
}

async function failures(stage: Stage, url: string): Promise<void> {
  const upgrade = { remediation: { retries: 0, remediateLastFailure: true } };
  await install(stage, 'fixed', of('immutable', { upgrade }));
  await change(stage, release('fixed'), { values: { text: 'two', fixed: 'two' } });
  await rests(stage, release('fixed'), 'RollbackSucceeded', 'Remediated');
  await stage.create(release('broken'), of('broken-template', { values: { broken: true } }));
  await stage.ended(release('broken'), 'InstallFailed');
  await stage.create(chart('none'), {
    chart: 'none',
    sourceRef: { kind: Kind.HelmRepository, name: 'charts' },
  });
  await stage.ended(chart('none'), 'InvalidChartReference');
  const astray = repository('astray');
  await stage.create(astray, { url: `${url}/none`, secretRef: { name: 'login' } });
  await stage.ended(astray, 'Failed');
  await change(stage, astray, { type: 'oci', url: url.replace('http', 'oci') });
  await stage.ended(astray, 'NothingToDo');
}

async function interruptions(stage: Stage): Promise<void> {
  const web = release('web');
  await install(stage, 'web', of('never-ready', { values: { fits: true } }));
  await change(stage, web, { values: { fits: false } });
  await isPending(stage, 'web', 2);
  await change(stage, web, { values: { fits: true, text: 'two' } });
  await stage.ended(web, 'Succeeded');
  await rests(stage, web, 'UpgradeSucceeded');
  await change(stage, web, { values: { fits: false } });
  await until('helm is at work again', () => stage.isRunning(web));
  await stage.tell(web, { signal: cancel, request: { by: 'ada' }, trigger: Trigger.Manual });
  await stage.ended(web, 'HealthCheckCanceled');

  const job = release('job');
  await install(stage, 'job', of('jobs'));
  await change(stage, job, { values: { seconds: 4 } });
  await isPending(stage, 'job', 2);
  await stage.tell(job, { signal: suspend, request: { by: 'ada' }, trigger: Trigger.Suspend });
  await stage.ended(job, 'Suspended');
}

/** The worker dies in the middle of an upgrade, and another one goes on. */
async function lost(stage: Stage, kill: () => Promise<void>): Promise<void> {
  const long = release('long');
  await install(stage, 'long', of('jobs'));
  await change(stage, long, { values: { seconds: 4 } });
  await isPending(stage, 'long', 2);
  await kill();
  await stage.stack.startWorker();
  await rests(stage, long, 'UpgradeSucceeded');
}

async function deletions(stage: Stage): Promise<void> {
  for (const object of [release('long'), release('early'), chart('early'), repository('charts')]) {
    await stage.kube.delete(targetOfRef(object));
    await stage.ended(object, 'Deleted');
  }
}

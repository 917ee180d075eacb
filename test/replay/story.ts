import { cancel, requestReconcile, resume, suspend, Trigger } from '../../workflows/messages.ts';
import { CANARY } from '../support/recorded-history.ts';
import { NAMESPACE, type Stage, until } from './stage.ts';

const APPLIED = 'ReconciliationSucceeded';

/** Plays everything of which a history is kept, on a real cluster with a real worker. */
export async function play(stage: Stage): Promise<void> {
  const worker = await stage.stack.startWorker();
  await sources(stage);
  await configuration(stage);
  await clocks(stage);
  await suspension(stage);
  await mishaps(stage);
  await health(stage);
  await bursts(stage);
  await deletions(stage);
  await stage.stack.startWorker();
  await worker.stop();
  const watch = stage.client.workflow.getHandle('default/watch');
  await until('the watch is handed over', async () => {
    const { events } = await watch.fetchHistory();
    return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes).length > 1;
  });
}

function ask(stage: Stage, ref: ReturnType<Stage['source']>): Promise<string> {
  const request = { reason: Trigger.Request };
  return stage.tell(ref, { signal: requestReconcile, request, trigger: Trigger.Request });
}

async function sources(stage: Stage): Promise<void> {
  const { kube, tree, url } = stage;
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const [name, stringData] of Object.entries({
    login: { username: 'pawl', password: CANARY },
    variables: { COLOUR: CANARY },
  })) {
    const metadata = { name, namespace: NAMESPACE };
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  }
  await tree.push('first', { 'config/a.yaml': configMap('a'), 'config/b.yaml': configMap('b') });

  const fleet = stage.source('fleet');
  await stage.create(fleet, { url, ref: { branch: 'main' }, secretRef: { name: 'login' } });
  await stage.ended(fleet, 'Succeeded');
  await ask(stage, fleet);
  await stage.ended(fleet, 'NothingToDo');

  const astray = stage.source('astray');
  await stage.create(astray, { url, ref: { branch: 'nowhere' }, secretRef: { name: 'login' } });
  await stage.ended(astray, 'GitOperationFailed');
  await stage.tell(astray, { signal: suspend, trigger: Trigger.Suspend });
  await stage.ended(astray, 'Suspended');
}

/** Pushes, and tells the source; resolves to the revision. */
async function push(stage: Stage, files: Readonly<Record<string, string | undefined>>): Promise<string> {
  const commit = await stage.tree.push('change', files);
  await ask(stage, stage.source('fleet'));
  return `main@sha1:${commit}`;
}

function applierSpec(path: string, more: object = {}) {
  const sourceRef = { kind: 'GitRepository', name: 'fleet' };
  return { path, prune: true, targetNamespace: NAMESPACE, sourceRef, ...more };
}

async function configuration(stage: Stage): Promise<void> {
  const config = stage.applier('config');
  const substituteFrom = [{ kind: 'Secret', name: 'variables' }];
  await stage.create(config, applierSpec('./config', { postBuild: { substituteFrom } }));
  await stage.rests(config, APPLIED);
  await stage.rests(config, APPLIED, await push(stage, { 'config/b.yaml': undefined }));
}

async function clocks(stage: Stage): Promise<void> {
  const config = stage.applier('config');
  const schedule = stage.client.schedule.getHandle(stage.id(config));
  await until('the schedule is there', () =>
    schedule.describe().then(
      () => true,
      () => false,
    ),
  );
  await schedule.trigger();
  await ticked(stage, 1);
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: 'a' };
  await stage.kube.patch(target, { data: { colour: 'painted over' } }, { type: 'merge' });
  await schedule.trigger();
  await ticked(stage, 2);
  await stage.rests(config, APPLIED);
}

async function ticked(stage: Stage, times: number): Promise<void> {
  const id = `${stage.id(stage.applier('config'))}/tick`;
  const query = `WorkflowId STARTS_WITH "${id}" AND ExecutionStatus = "Completed"`;
  await until(`${times} ticks`, async () => (await stage.client.workflow.count(query)).count >= times);
}

async function suspension(stage: Stage): Promise<void> {
  const config = stage.applier('config');
  const request = { by: 'ada', reason: 'incident 42', forMs: 1_500 };
  await stage.tell(config, { signal: suspend, request, trigger: Trigger.Suspend });
  await stage.ended(config, 'Suspended');
  await until('it is resumed by itself', async () => {
    const query = `WorkflowId = "${stage.id(config)}" AND PawlTrigger = "Resume" AND PawlOutcome = "Succeeded"`;
    return (await stage.client.workflow.count(query)).count > 0;
  });
  await stage.tell(config, { signal: cancel, request: { by: 'ada' }, trigger: Trigger.Manual });
  await stage.ended(config, 'NothingToDo');
}

async function mishaps(stage: Stage): Promise<void> {
  await push(stage, { 'bad/bad.yaml': 'kind: [\n' });
  const bad = stage.applier('bad');
  await stage.create(bad, applierSpec('./bad', { retryInterval: '1h' }));
  await stage.ended(bad, 'BuildFailed');
  const later = stage.applier('later');
  await stage.create(later, applierSpec('./config', { dependsOn: [{ name: 'never' }] }));
  await stage.ended(later, 'Waiting');
}

async function health(stage: Stage): Promise<void> {
  const web = stage.applier('web');
  let version = 0;
  const pushWeb = (more?: object) => push(stage, { 'web/web.yaml': deployment((version += 1), more) });
  const breakIt = async () => {
    const revision = await pushWeb({ nodeSelector: { nobody: 'has-it' } });
    await stage.waits(web, revision);
    return revision;
  };

  const first = await pushWeb();
  await stage.create(web, applierSpec('./web', { wait: true, timeout: '5m' }));
  await stage.rests(web, APPLIED, first);
  await breakIt();
  await stage.rests(web, APPLIED, await pushWeb());
  const broken = await breakIt();
  await stage.tell(web, { signal: cancel, request: { by: 'ada' }, trigger: Trigger.Manual });
  await stage.rests(web, 'HealthCheckCanceled', broken);
  const again = await breakIt();
  await stage.client.workflow.getHandle(stage.id(web)).cancel();
  await stage.rests(web, 'HealthCheckCanceled', again);
  await breakIt();
  await stage.tell(web, { signal: suspend, request: { by: 'ada' }, trigger: Trigger.Suspend });
  await stage.ended(web, 'Suspended');
  const mended = await pushWeb();
  await stage.tell(web, { signal: resume, request: { by: 'ada' }, trigger: Trigger.Resume });
  await stage.rests(web, APPLIED, mended);
  // Waits that nothing interrupts: the resumption's was, by the news of its own spec.
  for (let quiet = 0; quiet < 3; quiet++) await stage.rests(web, APPLIED, await pushWeb());
}

/** Asks so much that some of it meets a run that is closing, and some a fetch. */
async function bursts(stage: Stage): Promise<void> {
  for (const ref of [stage.applier('config'), stage.source('fleet')]) {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let sent = 0; sent < 15; sent++) await ask(stage, ref);
      }),
    );
    await until(`${ref.name} rests`, async () => !(await stage.isRunning(ref)));
  }
}

async function deletions(stage: Stage): Promise<void> {
  for (const ref of [stage.applier('config'), stage.source('astray')]) {
    const { kind, namespace, name } = ref;
    const apiVersion = `${kind === 'Kustomization' ? 'kustomize' : 'source'}.toolkit.fluxcd.io/v1`;
    await stage.kube.delete({ apiVersion, kind, namespace, name });
    await stage.ended(ref, 'Deleted');
  }
}

function configMap(name: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the build
  const data = { colour: '${COLOUR}' };
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })}\n`;
}

function deployment(version: number, more: object = {}): string {
  const labels = { app: 'web' };
  const pod = {
    automountServiceAccountToken: false,
    containers: [{ name: 'web', image: `example.org/web:${version}` }],
    ...more,
  };
  const template = { metadata: { labels }, spec: pod };
  const spec = { replicas: 1, minReadySeconds: 1, selector: { matchLabels: labels }, template };
  return `${JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec })}\n`;
}

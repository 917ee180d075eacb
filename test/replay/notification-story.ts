import type { Route } from '../../activities/notify/notice.ts';
import { targetOfRef } from '../../activities/observe/object.ts';
import { Annotation, taskQueue } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { createNotices } from '../../client/notices.ts';
import type { DeliverInput } from '../../workflows/deliver.ts';
import { requestReconcile, suspend, Trigger } from '../../workflows/messages.ts';
import type { RepeatedFailureInput } from '../../workflows/repeated-failure.ts';
import { startLoopback } from '../support/loopback.ts';
import { CANARY } from '../support/recorded-history.ts';
import { playCommitStatus } from './commit-status-story.ts';
import {
  areKnown,
  createAlert,
  failure,
  type Hall,
  NOTIFICATION,
  notice,
  QUICK,
  tell,
  told,
} from './notification-stage.ts';
import { CLUSTER, NAMESPACE, type Stage, until } from './stage.ts';

/** Plays everything of notifications and webhooks of which a history is kept; who is told is a server on loopback. */
export async function playNotifications(stage: Stage): Promise<void> {
  await stage.stack.startWorker();
  const held = Promise.withResolvers<void>();
  const asked = new Map<string, number>();
  await using sink = await startLoopback(async ({ path }) => {
    const [, name = ''] = path.split('/');
    const times = (asked.get(name) ?? 0) + 1;
    asked.set(name, times);
    if (name.startsWith('flaky') && times <= 6) return { status: 500 };
    if (name.startsWith('closed')) return { status: 401 };
    if (name.startsWith('slow') && times === 1) await held.promise;
    return { status: 200 };
  });
  const address = (name: string) => `${sink.url}/${name}`;
  const hall: Hall = { stage, asked: (name) => asked.get(name) ?? 0, address };
  await beginning(hall);
  await events(hall);
  await late(hall, held.resolve);
  await deliveries(hall);
  await bursts(hall);
  await failures(hall);
  await playCommitStatus(hall);
  await receivers(stage);
}

/** A source whose event the worker itself has told. */
async function beginning(hall: Hall): Promise<void> {
  const { stage } = hall;
  const { kube, tree, url } = stage;
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const secrets = { login: { username: 'pawl', password: CANARY }, hook: { token: CANARY } };
  for (const [name, stringData] of Object.entries(secrets)) {
    const metadata = { name, namespace: NAMESPACE };
    await kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  }
  await createAlert(hall, 'pushed', { source: { kind: Kind.GitRepository, name: 'fleet' } });
  await areKnown(hall, 'first');
  await tree.push('first', { 'app/.keep': '' });
  await stage.create(stage.source('fleet'), { url, ref: { branch: 'main' }, secretRef: { name: 'login' } });
  await until('a push is told', async () => hall.asked('pushed') > 0);
}

async function events(hall: Hall): Promise<void> {
  await createAlert(hall, 'told');
  await createAlert(hall, 'told-too', { source: { kind: Kind.Kustomization, name: 'told' } });
  for (const name of ['flaky', 'closed']) await createAlert(hall, name);
  await areKnown(hall, 'events');
  for (const name of ['told', 'nobody', 'flaky', 'closed']) await told(hall, notice(name));
  await told(hall, notice('closed', {}, 'closed-again'));
}

/** While somebody is being told, the same happens again, or the Alert is suspended. */
async function late(hall: Hall, letGo: () => void): Promise<void> {
  for (const name of ['slow', 'flaky-suspended']) await createAlert(hall, name);
  await areKnown(hall, 'late');
  await tell(hall, notice('slow'));
  await until('the first is on its way', async () => hall.asked('slow') === 1);
  await tell(hall, notice('slow'));
  await until('the second is told', async () => hall.asked('slow') === 2);
  letGo();

  const slowly = { memoryMs: 1, times: { retryMs: 2_000 } };
  await tell(hall, notice('flaky-suspended'), slowly);
  await until('it is tried', async () => hall.asked('flaky-suspended') > 0);
  const alert = { apiVersion: NOTIFICATION, kind: 'Alert', namespace: NAMESPACE, name: 'flaky-suspended' };
  await hall.stage.kube.patch(alert, { spec: { suspend: true } }, { type: 'merge' });
  await hall.stage.client.workflow.getHandle(`${CLUSTER}/Event/flaky-suspended`).result();
}

/** As for an Alert that groups or counts, with shorter pauses. */
async function deliveries(hall: Hall): Promise<void> {
  for (const name of ['flaky-delivery', 'closed-delivery']) {
    const route = await createAlert(hall, name);
    const { times } = QUICK;
    const input: DeliverInput = { route, events: [notice(name).event], key: name, times };
    await hall.stage.client.workflow.execute('deliverAlert', {
      workflowId: `${CLUSTER}/Alert/${NAMESPACE}/${name}/${name}`,
      taskQueue: taskQueue(CLUSTER),
      args: [input],
    });
  }
}

async function bursts(hall: Hall): Promise<void> {
  const { client } = hall.stage;
  await createAlert(hall, 'grouped', { annotations: { [Annotation.group]: '2s' } });
  await areKnown(hall, 'bursts');
  for (const key of ['one', 'two', 'three']) await told(hall, notice('grouped', {}, `grouped-${key}`));
  await until('the burst is told', async () => hall.asked('grouped') > 0);

  const route = { ...(await createAlert(hall, 'flood')), groupMs: 1_000 };
  const flood = () => createNotices(client, CLUSTER).group(route, notice('flood'));
  await until('the history has grown', async () => {
    // At any time, so that some come while a burst is passed on.
    await Promise.all(Array.from({ length: 10 }, flood));
    return goesOn(hall, 'groupedAlert');
  });
}

/** Whether the history of one of the type grew so long that it continued as new. */
async function goesOn({ stage: { client } }: Hall, type: string): Promise<boolean> {
  const query = `WorkflowType = "${type}" AND ExecutionStatus = "ContinuedAsNew"`;
  return (await client.workflow.count(query)).count > 0;
}

async function failures(hall: Hall): Promise<void> {
  const after = (count: number) => ({ [Annotation.afterFailures]: `${count}` });
  await createAlert(hall, 'counted', { annotations: after(3) });
  await createAlert(hall, 'few', { annotations: after(3) });
  await createAlert(hall, 'both', { annotations: { ...after(1), [Annotation.group]: '1s' } });
  await areKnown(hall, 'failures');
  for (const count of [1, 2, 3]) await told(hall, failure('counted', count));
  await until('the failure is told', async () => hall.asked('counted') === 1);
  for (const name of ['few', 'both']) await told(hall, failure(name, 1));
  for (const name of ['counted', 'few', 'both']) await told(hall, notice(name, {}, `${name}-well`));
  await until('it is told that it is well', async () => hall.asked('counted') === 2);

  const route = { ...(await createAlert(hall, 'often')), afterFailures: 1_000 };
  await often(hall, route);
  await forgotten(hall, { ...route, alert: { namespace: NAMESPACE, name: 'forgotten' } });
}

/** Fails so often that the history grows long, then it is well. */
async function often(hall: Hall, route: Route): Promise<void> {
  const notices = createNotices(hall.stage.client, CLUSTER);
  let sent = 0;
  await until('the history has grown', async () => {
    await notices.countFailure(route, failure('often', sent++));
    return goesOn(hall, 'repeatedFailure');
  });
  await notices.countFailure(route, failure('often', sent));
  await notices.endFailures(route, notice('often'));
}

async function forgotten({ stage: { client } }: Hall, route: Route): Promise<void> {
  const input: RepeatedFailureInput = { route, forgetMs: 500 };
  await client.workflow.execute('repeatedFailure', {
    workflowId: `${CLUSTER}/Alert/${NAMESPACE}/forgotten/failures/forgotten`,
    taskQueue: taskQueue(CLUSTER),
    args: [input],
  });
}

async function receivers(stage: Stage): Promise<void> {
  const receiver = (name: string) => ({ kind: Kind.Receiver, namespace: NAMESPACE, name });
  const resources = [{ kind: Kind.GitRepository, name: 'fleet' }];
  const github = { type: 'github', secretRef: { name: 'hook' }, resources };
  const hook = receiver('hook');
  await stage.create(hook, github);
  await stage.ended(hook, 'Succeeded');
  await stage.create(receiver('astray'), { ...github, secretRef: { name: 'none' } });
  await stage.ended(receiver('astray'), 'TokenNotFound');
  await stage.create(receiver('bad'), { ...github, resourceFilter: 'nobody.name' });
  await stage.ended(receiver('bad'), 'InvalidCELExpression');

  const request = { reason: Trigger.Request };
  const ask = () => stage.tell(hook, { signal: requestReconcile, request, trigger: Trigger.Request });
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let sent = 0; sent < 15; sent++) await ask();
    }),
  );
  await until('the burst is over', async () => !(await stage.isRunning(hook)));
  await stage.tell(hook, { signal: suspend, request: { by: 'ada' }, trigger: Trigger.Suspend });
  await stage.ended(hook, 'Suspended');
  await stage.kube.delete(targetOfRef(hook));
  await stage.ended(hook, 'Deleted');
}

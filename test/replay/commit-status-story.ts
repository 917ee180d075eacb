import { Annotation, taskQueue } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import type { CommitStatusInput, CommitStatusTimes } from '../../workflows/commit-status.ts';
import { requestReconcile, Trigger } from '../../workflows/messages.ts';
import { startGitHost } from '../support/git-host.ts';
import { CANARY } from '../support/recorded-history.ts';
import { areKnown, createAlert, type Hall } from './notification-stage.ts';
import { CLUSTER, NAMESPACE, type Stage, until } from './stage.ts';

const TIMES = { soonMs: 50, lookMs: 100, calmMs: 200, arriveMs: 300, retryMs: 10 } as const;
const NOWHERE = 'f'.repeat(40);

/** What a push comes to, as a git provider on loopback is told. */
export async function playCommitStatus(hall: Hall): Promise<void> {
  await using host = await startGitHost('gitea', { repository: 'acme/fleet', token: CANARY });
  const { stage } = hall;
  const secret = { metadata: { name: 'old', namespace: NAMESPACE }, stringData: { token: `${CANARY}-old` } };
  await stage.kube.create({ apiVersion: 'v1', kind: 'Secret', ...secret });
  const create = (name: string, token = 'hook') =>
    createAlert(hall, name, {
      annotations: { [Annotation.commitStatus]: 'aggregate' },
      source: { kind: Kind.Kustomization, name: '*' },
      provider: { type: 'gitea', address: host.repositoryUrl, secretRef: { name: token } },
    });

  await create('push');
  await areKnown(hall, 'commits');
  const commit = await push(stage);
  await deploy(stage, 'app');
  await until('the commit is a success', async () => {
    const query = 'WorkflowType = "commitStatus" AND ExecutionStatus = "Completed"';
    return (await stage.client.workflow.count(query)).count > 0;
  });

  for (const name of ['push', 'nobody']) await look(stage, name, commit);
  await look(stage, 'push', NOWHERE);
  await create('refused', 'old');
  await look(stage, 'refused', commit);
  await create('broken');
  let refusals = 0;
  host.intercept(() => (++refusals <= 8 ? { status: 500, json: {} } : undefined));
  await look(stage, 'broken', commit);

  await deploy(stage, 'waiting', { dependsOn: [{ name: 'never' }] });
  await create('overdue');
  await look(stage, 'overdue', commit, { ...TIMES, boundMs: 500 });
  await create('long');
  await look(stage, 'long', commit, { ...TIMES, boundMs: 5_000 });
}

async function push(stage: Stage): Promise<string> {
  const data = { at: 'now' };
  const one = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data };
  const commit = await stage.tree.push('change', { 'app/one.yaml': JSON.stringify(one) });
  const request = { reason: Trigger.Request };
  await stage.tell(stage.source('fleet'), { signal: requestReconcile, request, trigger: Trigger.Request });
  return commit;
}

async function deploy(stage: Stage, name: string, more: object = {}): Promise<void> {
  const sourceRef = { kind: Kind.GitRepository, name: 'fleet' };
  const spec = { path: './app', prune: true, targetNamespace: NAMESPACE, sourceRef, ...more };
  await stage.create(stage.applier(name), spec);
}

/** Waits for the end of what looks at a commit, beside the one that the worker starts. */
async function look(
  { client }: Stage,
  name: string,
  commit: string,
  times: CommitStatusTimes = TIMES,
): Promise<void> {
  const input: CommitStatusInput = { alert: { namespace: NAMESPACE, name }, commit, timeoutMs: 5_000, times };
  await client.workflow.execute('commitStatus', {
    workflowId: `${CLUSTER}/Alert/${NAMESPACE}/${name}/${commit}/look`,
    taskQueue: taskQueue(CLUSTER),
    args: [input],
  });
}

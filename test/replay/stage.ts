import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { targetOfRef } from '../../activities/observe/object.ts';
import { findCondition } from '../../api/conditions.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Kind, type ObjectRef, workflowId } from '../../api/object-ref.ts';
import { type ObjectSignal, signalObject } from '../../client/objects.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { startGitServer } from '../../tools/git-server.ts';
import { openWorkTree, type WorkTree } from '../../tools/git-work-tree.ts';
import type { PassResult } from '../../workflows/messages.ts';
import { CANARY } from '../support/recorded-history.ts';
import { type Stack, type StackOptions, startStack } from '../support/stack.ts';

export const NAMESPACE = 'flux-system';
export const CLUSTER = 'default';
const PATIENCE_MS = 60_000;

/** A cluster, a git server that wants a password, and a Temporal, for the story of which the histories are kept. */
export class Stage {
  readonly stack: Stack;
  readonly kube: KubeClient;
  readonly client: Client;
  readonly tree: WorkTree;
  readonly url: string;
  readonly stop: () => Promise<void>;

  private constructor(parts: Pick<Stage, 'stack' | 'kube' | 'client' | 'tree' | 'url' | 'stop'>) {
    this.stack = parts.stack;
    this.kube = parts.kube;
    this.client = parts.client;
    this.tree = parts.tree;
    this.url = parts.url;
    this.stop = parts.stop;
  }

  static async open(options: Pick<StackOptions, 'dynamicConfig'> = {}): Promise<Stage> {
    const stack = await startStack(options);
    const kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
    const client = await connectTemporal({
      address: stack.temporalAddress,
      namespace: stack.temporalNamespace,
    });
    const server = await startGitServer({
      root: join(stack.dir, 'git'),
      auth: { username: 'pawl', password: CANARY },
    });
    const { url, path } = await server.createRepository('fleet');
    const tree = await openWorkTree(path, join(stack.dir, 'clone'));
    const stop = async () => {
      await Promise.all([client.connection.close(), kube.close(), server.stop()]);
      await stack.stop();
    };
    return new Stage({ stack, kube, client, tree, url, stop });
  }

  source(name: string): ObjectRef {
    return { kind: Kind.GitRepository, namespace: NAMESPACE, name };
  }

  applier(name: string): ObjectRef {
    return { kind: Kind.Kustomization, namespace: NAMESPACE, name };
  }

  id(ref: ObjectRef): string {
    return workflowId(CLUSTER, ref);
  }

  async create(ref: ObjectRef, spec: Readonly<Record<string, unknown>>): Promise<void> {
    const { apiVersion, kind } = targetOfRef(ref);
    const metadata = { name: ref.name, namespace: ref.namespace };
    await this.kube.create({ apiVersion, kind, metadata, spec: { interval: '1h', ...spec } });
  }

  tell<Request>(ref: ObjectRef, signal: ObjectSignal<Request>): Promise<string> {
    return signalObject(this.client, CLUSTER, ref, signal);
  }

  /** Waits until a run of the object ended so. */
  async ended(ref: ObjectRef, outcome: string): Promise<void> {
    const query = `WorkflowId = "${this.id(ref)}" AND PawlOutcome = "${outcome}" AND ExecutionStatus != "Running"`;
    await until(`${ref.name} ${outcome}`, async () => (await this.client.workflow.count(query)).count > 0);
  }

  /** Waits until nothing runs and the status says this of this revision. */
  async rests(ref: ObjectRef, reason: string, revision?: string): Promise<void> {
    await until(`${ref.name} rests: ${reason}`, async () => {
      const object = (await this.kube.get(targetOfRef(ref))) as unknown as Kustomization | undefined;
      const ready = findCondition(object?.status?.conditions, 'Ready');
      const isAt = revision === undefined || object?.status?.lastAttemptedRevision === revision;
      return ready?.reason === reason && isAt && !(await this.isRunning(ref));
    });
  }

  /** Waits until a run waits for the health of this revision. */
  async waits(ref: ObjectRef, revision: string): Promise<void> {
    await until(`${ref.name} waits`, async () => {
      const object = (await this.kube.get(targetOfRef(ref))) as unknown as Kustomization | undefined;
      const ready = findCondition(object?.status?.conditions, 'Ready');
      return (
        object?.status?.lastAttemptedRevision === revision &&
        ready?.message.startsWith('Running health checks') === true
      );
    });
  }

  async isRunning(ref: ObjectRef): Promise<boolean> {
    const { status } = await this.client.workflow.getHandle(this.id(ref)).describe();
    return status.name === 'RUNNING';
  }
}

/** Waits for something to become true; throws with its name when it does not. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    if (await isTrue()) return;
    if (Date.now() > end) throw new Error(`it did not come to pass: ${what}`);
    await sleep(50);
  }
}

/** What a closed run answered, and its passes whether it failed or not. */
export async function answerOf(
  client: Client,
  id: string,
  runId: string,
): Promise<{ readonly result: unknown; readonly passes: readonly PassResult[] }> {
  try {
    const result: unknown = await client.workflow.getHandle(id, runId).result();
    return { result, passes: (result as { passes?: PassResult[] } | undefined)?.passes ?? [] };
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    const [detail] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    return { result: undefined, passes: (detail as { passes?: PassResult[] } | undefined)?.passes ?? [] };
  }
}

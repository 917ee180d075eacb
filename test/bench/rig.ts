import { join } from 'node:path';
import type { KubeClient } from '../../activities/kube/client.ts';
import { type GitServer, startGitServer } from '../../tools/git-server.ts';
import { openWorkTree, type WorkTree } from '../../tools/git-work-tree.ts';
import { freePort } from '../../tools/probe.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import type { Stack } from '../support/stack.ts';
import { until } from './until.ts';
import { FILES, gitRepository, NAMESPACE } from './workload.ts';

/** What a measurement works with. */
export interface Rig {
  readonly stack: Stack;
  readonly kube: KubeClient;
  readonly worker: ManagedProcess;
  readonly git: GitServer;
  readonly tree: WorkTree;
  /** Where the worker takes webhooks. */
  readonly receiverUrl: string;
  /** From the start of the worker's process to the first ready object, in milliseconds. */
  readonly firstReadyMs: number;
  end(): Promise<void>;
}

/** A worker with a source that is ready, and nothing that is built from it yet. */
export async function prepare(stack: Stack, kube: KubeClient): Promise<Rig> {
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const git = await startGitServer({ root: join(stack.dir, 'git') });
  const { url, path } = await git.createRepository('bench');
  const tree = await openWorkTree(path, join(stack.dir, 'clone'));
  await tree.push('the workload', FILES);
  await kube.create(gitRepository(url));

  const started = performance.now();
  const receiver = `127.0.0.1:${await freePort()}`;
  const worker = await stack.startWorker({ args: ['--receiver-address', receiver] });
  await until(kube, { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' }, ([source]) => {
    const status = source?.['status'] as { readonly artifact?: object } | undefined;
    return status?.artifact !== undefined;
  });
  console.error('ready');
  const firstReadyMs = performance.now() - started;
  return {
    stack,
    kube,
    worker,
    git,
    tree,
    receiverUrl: `http://${receiver}`,
    firstReadyMs,
    end: () => git.stop(),
  };
}

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { type GitServer, type GitServerOptions, startGitServer } from '../../tools/git-server.ts';
import { openWorkTree, type WorkTree } from '../../tools/git-work-tree.ts';
import { type PawlResult, pawl } from '../../tools/pawl.ts';
import type { StackAddresses } from './stack.ts';

export { type Stack, type StackAddresses, startStack } from './stack.ts';

/** The cluster and Temporal of this run, with a worker; tests share it, each in a namespace of its own. */
export function sharedStack(): StackAddresses {
  return inject('stack');
}

/** A client of the cluster for the running test; closed with it. */
export function kubeClient(stack: StackAddresses = sharedStack()): KubeClient {
  const client = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
  onTestFinished(() => client.close());
  return client;
}

/** A fresh namespace for the running test. Nobody waits for its end: the cluster goes with the run. */
export async function createNamespace(kube: KubeClient, prefix = 'test'): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** A folder for the running test; removed with it. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'pawl-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface GitHome {
  readonly server: GitServer;
  /** For `spec.url`. */
  readonly url: string;
  readonly tree: WorkTree;
}

/** A git server of the running test's own, so that it may break it, with one empty repository and a clone of it. */
export async function gitHome(options: Omit<GitServerOptions, 'root'> = {}): Promise<GitHome> {
  const dir = temporaryFolder();
  const server = await startGitServer({ ...options, root: join(dir, 'repositories') });
  onTestFinished(() => server.stop());
  const { url, path } = await server.createRepository('home');
  // By path: what the test pushes is no business of the server's request count, faults and credentials.
  return { server, url, tree: await openWorkTree(path, join(dir, 'clone')) };
}

/** `pawl` as a user would run it against the stack. */
export function pawlFor(
  stack: StackAddresses,
): (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<PawlResult> {
  const env = {
    KUBECONFIG: stack.kubeconfig,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: stack.temporalNamespace,
  };
  return (args, more) => pawl(args, { ...env, ...more });
}

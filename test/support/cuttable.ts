import { onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { type StackAddresses, sharedStack } from './harness.ts';
import { relayTo } from './relay.ts';

/** A client of the cluster whose connections a test may cut. */
export interface CuttableCluster {
  readonly kube: KubeClient;
  /** Resets every open connection; new ones are let through. */
  readonly cut: () => void;
}

/** Puts a TCP relay between the running test and the API server. */
export async function cuttableCluster(stack: StackAddresses = sharedStack()): Promise<CuttableCluster> {
  const access = loadKubeAccess({ kubeconfig: stack.kubeconfig });
  const relay = await relayTo(new URL(access.server).host);
  const kube = createKubeClient({ ...access, server: `https://${relay.address}` });
  onTestFinished(() => kube.close());
  return { kube, cut: () => relay.cut() };
}

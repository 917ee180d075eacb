import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { type StackAddresses, sharedStack } from './harness.ts';

/** A client of the cluster whose connections a test may cut. */
export interface CuttableCluster {
  readonly kube: KubeClient;
  /** Resets every open connection; new ones are let through. */
  readonly cut: () => void;
}

/** Puts a TCP relay between the running test and the API server. */
export async function cuttableCluster(stack: StackAddresses = sharedStack()): Promise<CuttableCluster> {
  const access = loadKubeAccess({ kubeconfig: stack.kubeconfig });
  const { hostname, port } = new URL(access.server);
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const server = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const kube = createKubeClient({ ...access, server });
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  onTestFinished(async () => {
    await kube.close();
    cut();
    relay.close();
  });
  return { kube, cut };
}

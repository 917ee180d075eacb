import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../../tools/control-plane.ts';
import { pawl } from '../../tools/pawl.ts';
import type { ManagedProcess } from '../../tools/process.ts';
import { startTemporal, type TemporalServer } from '../../tools/temporal.ts';
import { startWorker, type WorkerOptions } from '../../tools/worker.ts';

/** Where a test finds the cluster and Temporal: plain data, as it is handed to the test files. */
export interface StackAddresses {
  readonly kubeconfig: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
}

export interface StackOptions {
  /** A node that pods run on; true by default. */
  readonly nodes?: boolean;
  /** Keeps nothing of Temporal over a restart; false by default. */
  readonly inMemory?: boolean;
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

/** A cluster with the CRDs and a Temporal of its own, for tests that kill or restart them; {@link stop} it afterwards. */
export interface Stack extends StackAddresses {
  /** Temporary; removed by `stop`. */
  readonly dir: string;
  controlPlane(): ControlPlane;
  /** Starts the cluster again as it was, after `controlPlane().stop()` or `.kill()`. */
  restartControlPlane(): Promise<void>;
  temporal(): TemporalServer;
  /** Starts Temporal again at the same address, after `temporal().stop()` or `.kill()`. */
  restartTemporal(): Promise<void>;
  /** A worker as a child process; several may run. All are stopped with the stack. */
  startWorker(
    options?: Partial<Pick<WorkerOptions, 'args' | 'env' | 'cluster' | 'kubeconfig'>>,
  ): Promise<ManagedProcess>;
  stop(): Promise<void>;
}

/** Starts a cluster and Temporal in a temporary folder: about three seconds. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dir = mkdtempSync(join(tmpdir(), 'pawl-test-'));
  const { nodes = true, inMemory = false, dynamicConfig } = options;
  const startServer = (port?: number) =>
    startTemporal({ dir: join(dir, 'temporal'), headless: true, inMemory, port, dynamicConfig });
  const startCluster = () => startControlPlane({ dir: join(dir, 'kubernetes'), nodes });
  const [firstPlane, firstServer] = await Promise.all([startCluster(), startServer()]);
  let controlPlane = firstPlane;
  let server = firstServer;
  const workers: ManagedProcess[] = [];
  const { kubeconfigPath: kubeconfig } = controlPlane;
  const addresses = {
    kubeconfig,
    temporalAddress: server.address,
    temporalNamespace: server.namespace,
  };
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await Promise.all([controlPlane.kill(), server.kill()]);
    rmSync(dir, { recursive: true, force: true });
  };

  try {
    await installCrds(kubeconfig);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...addresses,
    dir,
    controlPlane: () => controlPlane,
    restartControlPlane: async () => {
      controlPlane = await startCluster();
    },
    temporal: () => server,
    restartTemporal: async () => {
      server = await startServer(Number(addresses.temporalAddress.split(':')[1]));
    },
    startWorker: async (more) => {
      const worker = await startWorker({ ...addresses, ...more, dir: join(dir, `worker-${workers.length}`) });
      workers.push(worker);
      return worker;
    },
    stop,
  };
}

async function installCrds(kubeconfig: string): Promise<void> {
  const { code, stderr } = await pawl(['install', '--kubeconfig', kubeconfig]);
  if (code !== 0) throw new Error(`pawl install failed: ${stderr}`);
}

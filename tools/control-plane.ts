import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from './build.ts';
import {
  apiServerArgs,
  clientArgs,
  etcdArgs,
  kwokArgs,
  PORT_NAMES,
  type Ports,
} from './control-plane-args.ts';
import { ensureCredentials, writeKubeconfig } from './credentials.ts';
import { createFakeNode } from './fake-node.ts';
import { stopLeftovers } from './leftover.ts';
import { answersHttp } from './probe.ts';
import { type ManagedProcess, startProcess } from './process.ts';
import { persistentPorts } from './state.ts';

export interface ControlPlaneOptions {
  /** Everything is kept here: start again with the same folder and the cluster is as it was. */
  readonly dir: string;
  readonly ports?: Partial<Ports> | undefined;
  /** One fake node, a scheduler and kwok: pods get scheduled, run and become ready. True by default. */
  readonly nodes?: boolean | undefined;
  readonly onDied?: ((error: Error) => void) | undefined;
}

export interface ControlPlane {
  readonly server: string;
  readonly kubeconfigPath: string;
  readonly processes: readonly ManagedProcess[];
  /** Stops clients before servers. */
  stop(): Promise<void>;
  /** A power cut: SIGKILL for all. */
  kill(): Promise<void>;
}

/** Starts a Kubernetes control plane on loopback, without containers; resolves when it serves and, with `nodes`, has its node. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dir, nodes = true } = options;
  const tools = await ensureTools([
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    ...(nodes ? (['kube-scheduler', 'kwok'] as const) : []),
  ]);
  // Before the ports are chosen: what a killed process left running still holds them.
  await stopLeftovers(dir);
  const ports = await persistentPorts(dir, PORT_NAMES, options.ports);
  const credentials = ensureCredentials(dir);
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const kubeconfigPath = join(dir, 'kubeconfig');
  const processes: ManagedProcess[] = [];

  const start = async (
    name: keyof typeof tools,
    args: readonly string[],
    ready?: () => Promise<boolean>,
  ): Promise<void> => {
    const onDied = options.onDied && { onDied: options.onDied };
    const logFile = join(dir, 'logs', `${name}.log`);
    processes.push(
      await startProcess({ name, command: tools[name], args, logFile, ...(ready && { ready }), ...onDied }),
    );
  };
  // The newest first: each depends on those started before it.
  const each = async (end: (child: ManagedProcess) => Promise<void>) => {
    for (const child of processes.toReversed()) await end(child);
  };
  const plane: ControlPlane = {
    server,
    kubeconfigPath,
    processes,
    stop: () => each((child) => child.stop()),
    kill: async () => void (await Promise.all(processes.map((child) => child.kill()))),
  };

  try {
    const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
    await start('etcd', etcdArgs(dir, ports), () => answersHttp(`${etcdUrl}/readyz`));
    await start('kube-apiserver', apiServerArgs(ports, credentials), () =>
      answersHttp(`${server}/readyz`, {
        headers: { Authorization: `Bearer ${credentials.token}` },
        ca: authority(credentials.certificates),
      }),
    );
    writeKubeconfig(kubeconfigPath, server, credentials);
    await start('kube-controller-manager', clientArgs(kubeconfigPath, credentials.serviceAccountKey));
    if (nodes) {
      await start('kube-scheduler', clientArgs(kubeconfigPath));
      await start('kwok', kwokArgs(kubeconfigPath));
      await createFakeNode(kubeconfigPath);
    }
    return plane;
  } catch (error) {
    await plane.kill();
    throw error;
  }
}

// Written by the API server while it starts.
function authority(certificates: string): Buffer | undefined {
  try {
    return readFileSync(join(certificates, 'apiserver.crt'));
  } catch {
    return undefined;
  }
}

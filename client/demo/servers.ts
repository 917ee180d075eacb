import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { ensureTools } from '../../tools/build.ts';
import { TOOL_NAMES } from '../../tools/catalog.ts';
import { type ControlPlane, startControlPlane } from '../../tools/control-plane.ts';
import { startFileServer } from '../../tools/file-server.ts';
import { type GitServer, startGitServer } from '../../tools/git-server.ts';
import { helm } from '../../tools/helm.ts';
import { stopLeftovers } from '../../tools/leftover.ts';
import { type PawlResult, pawl } from '../../tools/pawl.ts';
import { startRegistry } from '../../tools/registry.ts';
import { persistentPorts } from '../../tools/state.ts';
import { startTemporal, type TemporalServer } from '../../tools/temporal.ts';
import { bootstrap } from './bootstrap.ts';
import { packCharts } from './charts.ts';
import { fillRegistry, type Images } from './images.ts';
import { keepWorker } from './keep-worker.ts';
import type { Narrator } from './narrator.ts';
import { alertOf, startSink } from './sink.ts';
import type { RunningDemo } from './state.ts';
import { createWebhook, type Webhook } from './webhook.ts';

/** Everything of the demo, up. */
export interface Servers {
  readonly state: RunningDemo;
  readonly kube: KubeClient;
  readonly git: GitServer;
  readonly images: Images;
  /** The command line, against this demo. */
  pawl(args: readonly string[]): Promise<PawlResult>;
  /** What the plain helm prints about this demo's cluster. */
  helm(args: readonly string[]): Promise<string>;
}

export interface StartOptions {
  readonly dir: string;
  /** Whether the story will be told, which begins with the first image. */
  readonly story: boolean;
  readonly narrator: Narrator;
  /** Takes what has to be stopped, in the order of starting. */
  readonly up: AsyncDisposableStack;
  readonly onDied: (error: Error) => void;
}

// Those that people know; others when they are taken.
const PORTS = {
  temporal: 7233,
  ui: 8233,
  git: 3080,
  charts: 3081,
  registry: 3082,
  sink: 3083,
  webhook: 9292,
  artifacts: 9790,
};
const PORT_NAMES = ['temporal', 'ui', 'git', 'charts', 'registry', 'sink', 'webhook', 'artifacts'] as const;

// Longer than the worker itself gives what it is doing.
const WORKER_GRACE_MS = 15_000;

/** Starts Temporal, Kubernetes, the git server and a worker on what an earlier demo left in `dir`. */
export async function startServers(options: StartOptions): Promise<Servers> {
  const { dir, narrator, up, onDied } = options;
  await ensureTools(TOOL_NAMES);
  // Before the ports are chosen: what a killed demo left running still holds them.
  await stopLeftovers(dir);
  const ports = await persistentPorts(dir, PORT_NAMES, PORTS);
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const began = Date.now();
    const result = await work;
    narrator.saw(what, Date.now() - began);
    return result;
  };

  const [temporal, plane, charts, { registry, images }] = await Promise.all([
    timed('Temporal', startOwnTemporal(options, ports)),
    timed(
      'Kubernetes: etcd, API server, controller manager, scheduler, one fake node',
      startCluster(options),
    ),
    timed('chart repository: two versions of recipes', startCharts(options, ports)),
    timed('image registry', startImages(options, ports)),
  ]);
  const kube = createKubeClient(loadKubeAccess({ kubeconfig: plane.kubeconfigPath }));
  up.defer(() => kube.close());
  const webhook = createWebhook(dir, `127.0.0.1:${ports.webhook}`);
  const git = await timed('git server', startGit(options, ports, webhook));
  const sink = await startSink(ports.sink, (event) => narrator.heard(event));
  up.defer(() => sink.close());
  const state: RunningDemo = {
    pid: process.pid,
    startedAt: Date.now(),
    dir,
    kubeconfig: plane.kubeconfigPath,
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    uiUrl: temporal.uiUrl ?? '',
    gitUrl: git.url,
    logFile: join(dir, 'worker', 'worker.log'),
  };
  const servers = { state, kube, git: git.server, images, pawl: pawlOf(state), helm: helmOf(state) };

  await timed('CRDs: pawl install', installCrds(servers));
  const worker = await timed(
    'worker: pawl worker',
    keepWorker(
      {
        ...state,
        dir: join(dir, 'worker'),
        artifactPort: ports.artifacts,
        args: ['--receiver-address', `127.0.0.1:${ports.webhook}`],
      },
      { onAnother: (why) => narrator.failed(`${why}: another worker is started`), onDied },
    ),
  );
  up.defer(() => worker.stop(WORKER_GRACE_MS));
  const urls = { git: git.url, charts, registry: registry.host };
  await bootstrap(kube, urls, [...webhook.objects, ...alertOf(sink.url)]);
  return servers;
}

type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

async function startOwnTemporal({ dir, up, onDied }: StartOptions, ports: Ports): Promise<TemporalServer> {
  const { temporal: port, ui: uiPort } = ports;
  const server = await startTemporal({ dir: join(dir, 'temporal'), port, uiPort, onDied });
  up.defer(() => server.stop());
  return server;
}

async function startCluster({ dir, up, onDied }: StartOptions): Promise<ControlPlane> {
  const plane = await startControlPlane({ dir: join(dir, 'kubernetes'), onDied });
  up.defer(() => plane.stop());
  return plane;
}

async function startGit({ dir, up }: StartOptions, ports: Ports, webhook: Webhook) {
  const onPush = (): void => {
    webhook.send().catch(() => undefined);
  };
  const server = await startGitServer({ root: join(dir, 'git'), port: ports.git, onPush });
  up.defer(() => server.stop());
  const { url } = await server.createRepository('home');
  return { server, url };
}

async function startCharts({ dir, up }: StartOptions, ports: Ports): Promise<string> {
  const root = join(dir, 'charts');
  await packCharts(root, join(dir, 'helm'));
  const server = await startFileServer({ root, port: ports.charts });
  up.defer(() => server.stop());
  return server.url;
}

async function startImages({ dir, story, up }: StartOptions, ports: Ports) {
  const folder = join(dir, 'registry');
  mkdirSync(folder, { recursive: true });
  const registry = await startRegistry({ dir: folder, port: ports.registry });
  up.defer(() => registry.stop());
  return { registry, images: await fillRegistry(registry, folder, story) };
}

function helmOf({ dir, kubeconfig }: RunningDemo): Servers['helm'] {
  return (args) => helm(args, { home: join(dir, 'helm'), kubeconfig });
}

function pawlOf(state: RunningDemo): Servers['pawl'] {
  return (args) => pawl(args, environment(state));
}

/** What other tools need to reach the demo. */
export function environment(demo: RunningDemo): Readonly<Record<string, string>> {
  return {
    KUBECONFIG: demo.kubeconfig,
    TEMPORAL_ADDRESS: demo.temporalAddress,
    TEMPORAL_NAMESPACE: demo.temporalNamespace,
  };
}

async function installCrds(servers: Pick<Servers, 'pawl'>): Promise<void> {
  const { code, stderr } = await servers.pawl(['install']);
  if (code !== 0) throw new Error(`pawl install: ${stderr.trim()}`);
}

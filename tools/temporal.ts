import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SearchAttribute } from '../api/names.ts';
import { ensureTool } from './build.ts';
import { flags } from './flags.ts';
import { answersHttp, freePort } from './probe.ts';
import { startProcess } from './process.ts';

export interface TemporalOptions {
  /** Where the database and the log are. */
  readonly dir: string;
  /** Of the gRPC frontend; a free one by default. */
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  /** Nothing is written: what tests want that never restart it. */
  readonly inMemory?: boolean | undefined;
  /** Without the web interface. */
  readonly headless?: boolean | undefined;
  /** Added to, or replacing, the settings below. Values are JSON. */
  readonly dynamicConfig?: Readonly<Record<string, string>> | undefined;
  readonly onDied?: ((error: Error) => void) | undefined;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
  /** Undefined when headless. */
  readonly uiUrl: string | undefined;
  readonly databaseFile: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** A crash: SIGKILL. */
  kill(): Promise<void>;
}

const NAMESPACE = 'default';
// Three times the throughput of the defaults; a kill loses nothing, a power cut at most the last moments.
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

/** Dynamic configuration. The defaults suit many shards and tenants; with one shard each hop of a workflow waits up to 50 ms. */
export const SETTINGS: Readonly<Record<string, string>> = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.visibilityProcessorMaxPollRPS': '2000',
  'worker.schedulerNamespaceStartWorkflowRPS': '500',
  'frontend.namespaceRPS.visibility': '100',
  // One id for all runs of an object: the default refuses the second start within a second.
  'history.workflowIdReuseMinimalInterval': '"0s"',
  // A run takes its signals between its local steps. Above a hundred that wait, the default ends the task, and the steps run again.
  'history.maximumBufferedEventsBatch': '10000',
  'matching.useNewMatcher': 'true',
  'system.enableActivityEagerExecution': 'true',
};

/** Starts a Temporal dev server on loopback with the settings the engine was measured with; resolves when the namespace answers. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { dir, headless = false, inMemory = false } = options;
  const command = await ensureTool('temporal');
  const [port, uiPort, httpPort] = await Promise.all([
    freePort(options.port),
    freePort(options.uiPort),
    freePort(),
  ]);
  const databaseFile = join(dir, 'temporal.db');
  const child = await startProcess({
    name: 'temporal',
    command,
    args: [
      'server',
      'start-dev',
      ...flags({
        ip: '127.0.0.1',
        port,
        'http-port': httpPort,
        namespace: NAMESPACE,
        'log-level': 'warn',
        ...(headless ? { headless } : { 'ui-ip': '127.0.0.1', 'ui-port': uiPort }),
        ...(!inMemory && { 'db-filename': databaseFile, 'sqlite-pragma': PRAGMAS }),
        'search-attribute': Object.values(SearchAttribute).map((name) => `${name}=Keyword`),
        'dynamic-config-value': Object.entries({ ...SETTINGS, ...options.dynamicConfig }).map(
          ([key, value]) => `${key}=${value}`,
        ),
      }),
    ],
    env: withoutClientSettings(),
    logFile: join(dir, 'temporal.log'),
    // The namespace is there a moment after the port: only its own answer counts.
    ready: () => answersHttp(`http://127.0.0.1:${httpPort}/api/v1/namespaces/${NAMESPACE}`),
    ...(options.onDied && { onDied: options.onDied }),
  });
  return {
    address: `127.0.0.1:${port}`,
    namespace: NAMESPACE,
    uiUrl: headless ? undefined : `http://127.0.0.1:${uiPort}`,
    databaseFile,
    pid: child.pid,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

/** Removes the database of a stopped server: Temporal's state is derived, and the engine must survive its loss. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}

// The user's TEMPORAL_* settings are for another server.
function withoutClientSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

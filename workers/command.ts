import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { parseDuration } from '../api/duration.ts';
import { examples } from '../client/cli/command.ts';
import type { GlobalFlags } from '../client/cli/global-flags.ts';
import { openSettings } from '../client/cli/settings.ts';
import { switchOption } from '../client/cli/switch.ts';

interface WorkerFlags extends GlobalFlags {
  readonly dataDir: string;
  readonly artifactAddress: string;
  readonly artifactAdvertise?: string;
  readonly receiverAddress: string;
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly defaultServiceAccount?: string;
  readonly requeueDependency: string;
  readonly logLevel: string;
}

/** `pawl worker`: runs workflows, activities, the watch and the artifact server until SIGTERM or SIGINT. */
export function workerCommand(): Command {
  const command = new Command('worker')
    .description('Run a worker: any number of them share the work of one cluster.')
    .addOption(
      flag('--data-dir <dir>', 'DATA_DIR', 'mirrors and artifacts; a cache that may be lost').default(
        defaultDataDir(),
      ),
    )
    .addOption(
      switchOption(
        '--no-cross-namespace-refs',
        'PAWL_NO_CROSS_NAMESPACE_REFS',
        'refuse references to other namespaces',
      ),
    )
    .addOption(
      flag(
        '--default-service-account <name>',
        'DEFAULT_SERVICE_ACCOUNT',
        'account that Kustomizations act as when they name none',
      ),
    )
    .addOption(
      flag(
        '--requeue-dependency <duration>',
        'REQUEUE_DEPENDENCY',
        'until an unready dependency is looked at again',
      ).default('30s'),
    )
    .addOption(
      flag('--log-level <level>', 'LOG_LEVEL', 'how much to log')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .action(async (_options, self: Command) =>
      run(self.optsWithGlobals<WorkerFlags & { crossNamespaceRefs?: boolean }>()),
    );
  for (const option of addressOptions()) command.addOption(option);
  return examples(command, {
    worker: 'The cluster of the kubeconfig, Temporal on this machine',
    'worker --kubeconfig home.yaml --temporal-address temporal.home:7233':
      'A cluster and a Temporal of your own',
    'worker --temporal-profile cloud --cluster home':
      "Temporal Cloud, by a profile of Temporal's config file",
  });
}

function flag(flags: string, env: string, description: string): Option {
  return new Option(flags, description).env(`PAWL_${env}`);
}

/** Where the worker listens; what is not said is a free port of loopback. */
function addressOptions(): readonly Option[] {
  const address = (name: string, env: string, description: string) =>
    flag(`--${name}-address <host:port>`, `${env}_ADDRESS`, description).default('127.0.0.1:0');
  return [
    address('artifact', 'ARTIFACT', 'where artifacts are served'),
    flag('--artifact-advertise <host:port>', 'ARTIFACT_ADVERTISE', 'how others reach that address'),
    address('receiver', 'RECEIVER', 'where webhooks are answered'),
    address('metrics', 'METRICS', 'where metrics are served, under /metrics'),
    address('health', 'HEALTH', 'where /healthz and /readyz are answered'),
  ];
}

async function run(flags: WorkerFlags & { readonly crossNamespaceRefs?: boolean }): Promise<void> {
  const requeueDependencyMs = parseDuration(flags.requeueDependency);
  if (requeueDependencyMs === undefined)
    throw new Error(`invalid --requeue-dependency "${flags.requeueDependency}", e.g. 30s`);
  const { kube, temporal } = openSettings(flags);
  const [{ runWorker }, { closeRuntime }] = await Promise.all([import('./main.ts'), import('./runtime.ts')]);
  const running = runWorker({
    ...kube,
    temporal,
    cluster: flags.cluster,
    dataDir: flags.dataDir,
    artifactAddress: flags.artifactAddress,
    artifactAdvertise: flags.artifactAdvertise,
    receiverAddress: flags.receiverAddress,
    metricsAddress: flags.metricsAddress,
    healthAddress: flags.healthAddress,
    policy: {
      noCrossNamespaceRefs: flags.crossNamespaceRefs === false,
      defaultServiceAccount: flags.defaultServiceAccount,
      requeueDependencyMs,
    },
    logLevel: flags.logLevel,
    signal: stopSignal(),
  });
  await running.catch(async (error: unknown) => {
    await closeRuntime();
    throw error;
  });
}

/** Aborts at the first SIGTERM or SIGINT; the second one ends the process as usual. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

function defaultDataDir(): string {
  return join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'pawl');
}

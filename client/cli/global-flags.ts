import { type Command, InvalidArgumentError, Option } from 'commander';
import { switchOption } from './switch.ts';

/** The flags that every command takes, before or after its own. */
export interface GlobalFlags {
  readonly namespace: string;
  readonly timeout: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster: string;
  readonly verbose?: boolean;
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  readonly temporalProfile?: string;
  readonly temporalConfigFile?: string;
  readonly temporalApiKey?: string;
  readonly temporalTls?: boolean;
  readonly temporalTlsCert?: string;
  readonly temporalTlsKey?: string;
  readonly temporalTlsCa?: string;
  readonly temporalTlsServerName?: string;
  readonly temporalUi?: string;
}

/** Adds them to the program; each has an environment variable as well. */
export function addGlobalFlags(program: Command): void {
  const flag = (flags: string, env: string, description: string) =>
    new Option(flags, description).env(`PAWL_${env}`).helpGroup('Global options:');
  const toggle = (flags: string, env: string, description: string) =>
    switchOption(flags, `PAWL_${env}`, description).helpGroup('Global options:');
  const options = [
    flag('-n, --namespace <name>', 'NAMESPACE', 'namespace of the objects').default(
      process.env['FLUX_SYSTEM_NAMESPACE'] || 'flux-system',
    ),
    flag('--timeout <duration>', 'TIMEOUT', 'how long to wait').default('5m'),
    flag(
      '--kubeconfig <file>',
      'KUBECONFIG',
      'kubeconfig (else $KUBECONFIG, the running demo, ~/.kube/config)',
    ),
    flag('--context <name>', 'CONTEXT', 'context of the kubeconfig'),
    flag('--cluster <name>', 'CLUSTER', 'name of the cluster in workflow ids and of its task queue')
      .default('default')
      .argParser(clusterName),
    toggle('--verbose', 'VERBOSE', 'say more about errors'),
    flag(
      '--temporal-address <host:port>',
      'TEMPORAL_ADDRESS',
      'Temporal (else $TEMPORAL_ADDRESS, its config file, the running demo, localhost:7233)',
    ),
    flag('--temporal-namespace <name>', 'TEMPORAL_NAMESPACE', 'namespace in Temporal'),
    flag('--temporal-profile <name>', 'TEMPORAL_PROFILE', "profile of Temporal's config file"),
    flag('--temporal-config-file <file>', 'TEMPORAL_CONFIG_FILE', "Temporal's config file (TOML)"),
    flag('--temporal-api-key <key>', 'TEMPORAL_API_KEY', 'API key of Temporal Cloud'),
    toggle('--temporal-tls', 'TEMPORAL_TLS', 'connect to Temporal by TLS'),
    flag('--temporal-tls-cert <file>', 'TEMPORAL_TLS_CERT', 'client certificate (PEM)'),
    flag('--temporal-tls-key <file>', 'TEMPORAL_TLS_KEY', 'its key (PEM)'),
    flag('--temporal-tls-ca <file>', 'TEMPORAL_TLS_CA', "CA of Temporal's certificate (PEM)"),
    flag('--temporal-tls-server-name <name>', 'TEMPORAL_TLS_SERVER_NAME', "name in Temporal's certificate"),
    flag('--temporal-ui <url>', 'TEMPORAL_UI', 'address of the Temporal UI, for links'),
  ];
  for (const option of options) program.addOption(option);
}

// A name with a slash would take the schedules of the cluster that it begins with for its own.
const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

function clusterName(text: string): string {
  if (CLUSTER_NAME.test(text)) return text;
  throw new InvalidArgumentError('Letters, digits, dots, dashes and underscores, 63 at most.');
}

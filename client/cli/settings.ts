import type { KubeConfigSource } from '../../activities/kube/config.ts';
import type { TemporalOptions } from '../temporal.ts';
import type { GlobalFlags } from './global-flags.ts';

/** A demo that is up on this machine. */
export interface RunningDemo {
  readonly kubeconfig: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly uiUrl: string;
  readonly logFile?: string;
}

/** Which cluster and which Temporal. */
export interface Settings {
  readonly kube: KubeConfigSource;
  readonly temporal: TemporalOptions;
  readonly temporalUi?: string | undefined;
  readonly demo?: RunningDemo | undefined;
}

/** Flags before the environment before the running demo before what the tools themselves default to. */
export async function openSettings(flags: GlobalFlags): Promise<Settings> {
  const demo = await readDemo();
  return settingsFor(flags, process.env, demo);
}

/**
 * The demo counts as a whole or not at all: a command that names its own cluster or its own Temporal
 * must never reach the demo with the other half.
 */
export function settingsFor(
  flags: GlobalFlags,
  env: Environment,
  running: RunningDemo | undefined,
): Settings {
  const demo = running && isMeant(running, flags, env) ? running : undefined;
  const isOwnKubeconfig = Boolean(flags.context ?? env['KUBECONFIG']);
  return {
    kube: {
      kubeconfig: flags.kubeconfig ?? (isOwnKubeconfig ? undefined : demo?.kubeconfig),
      context: flags.context,
    },
    temporal: {
      address: flags.temporalAddress,
      namespace: flags.temporalNamespace,
      profile: flags.temporalProfile,
      configFile: flags.temporalConfigFile,
      apiKey: flags.temporalApiKey,
      tls: flags.temporalTls,
      tlsCert: flags.temporalTlsCert,
      tlsKey: flags.temporalTlsKey,
      tlsCa: flags.temporalTlsCa,
      tlsServerName: flags.temporalTlsServerName,
      fallback: demo && { address: demo.temporalAddress, namespace: demo.temporalNamespace },
    },
    temporalUi: flags.temporalUi ?? demo?.uiUrl,
    demo,
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function isMeant(demo: RunningDemo, flags: GlobalFlags, env: Environment): boolean {
  const clusters = [flags.kubeconfig, flags.context, env['KUBECONFIG']];
  const temporals = [
    flags.temporalAddress,
    flags.temporalProfile,
    flags.temporalConfigFile,
    env['TEMPORAL_ADDRESS'],
    env['TEMPORAL_PROFILE'],
    env['TEMPORAL_CONFIG_FILE'],
  ];
  const [cluster, temporal] = [clusters.find(Boolean), temporals.find(Boolean)];
  return (!cluster || cluster === demo.kubeconfig) && (!temporal || temporal === demo.temporalAddress);
}

async function readDemo(): Promise<RunningDemo | undefined> {
  const path: string = '../demo/state.ts';
  try {
    const state = (await import(path)) as { readRunningDemo(): RunningDemo | undefined };
    return state.readRunningDemo();
  } catch {
    return undefined;
  }
}

import type { KubeConfigSource } from '../../activities/kube/config.ts';
import { type RunningDemo, readRunningDemo } from '../demo/state.ts';
import type { TemporalOptions } from '../temporal.ts';
import type { GlobalFlags } from './global-flags.ts';

/** What the commands read of a demo that is up on this machine. */
export type Demo = Pick<
  RunningDemo,
  'kubeconfig' | 'temporalAddress' | 'temporalNamespace' | 'uiUrl' | 'logFile'
>;

/** Which cluster and which Temporal. */
export interface Settings {
  readonly kube: KubeConfigSource;
  readonly temporal: TemporalOptions;
  readonly temporalUi?: string | undefined;
  readonly demo?: Demo | undefined;
}

/** Flags before the environment before the running demo before what the tools themselves default to. */
export function openSettings(flags: GlobalFlags): Settings {
  return settingsFor(flags, process.env, readRunningDemo());
}

/**
 * The demo counts as a whole or not at all: a command that names its own cluster or its own Temporal
 * must never reach the demo with the other half.
 */
export function settingsFor(flags: GlobalFlags, env: Environment, running: Demo | undefined): Settings {
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

function isMeant(demo: Demo, flags: GlobalFlags, env: Environment): boolean {
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

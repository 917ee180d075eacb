import { messageOf } from '../../activities/failures.ts';
import type { KubeClient } from '../../activities/kube/client.ts';
import type { Log } from '../log.ts';
import type { Traces } from './contract.ts';
import { createTraces } from './traces.ts';

const QUIET_MS = 60_000;

/** Traces where the variables of OpenTelemetry name a collector; otherwise nothing is loaded and nothing is told. */
export async function openTraces(
  env: NodeJS.ProcessEnv,
  { kube, log }: { readonly kube: Pick<KubeClient, 'get'>; readonly log: Pick<Log, 'warn'> },
): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = env;
  if (!(OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)) return undefined;
  if (OTEL_SDK_DISABLED === 'true') return undefined;
  let last = Number.NEGATIVE_INFINITY;
  // A collector that is away is told of once a minute, not with every batch.
  const warn = (error: string) => {
    if (performance.now() - last < QUIET_MS) return;
    last = performance.now();
    log.warn({ logger: 'traces', error }, 'traces could not be sent');
  };
  const { openSpanSink } = await import('./exporter.ts');
  const sink = await openSpanSink(warn);
  return createTraces({ kube, sink, onError: (error) => warn(messageOf(error)) });
}

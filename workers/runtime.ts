import {
  DefaultLogger,
  type LogEntry,
  type MetricsExporterConfig,
  makeTelemetryFilterString,
  Runtime,
  type RuntimeOptions,
} from '@temporalio/worker';
import { messageOf } from '../activities/failures.ts';
import { parseWorkflowId } from '../api/object-ref.ts';
import { freePort } from '../tools/probe.ts';
import type { Log } from './log.ts';

type Meta = Readonly<Record<string | symbol, unknown>>;

/** Temporal's SDK in this process. */
export interface InstalledRuntime {
  /** Where it serves its metrics, on loopback; undefined when it could not. */
  readonly metricsUrl: string | undefined;
}

let installed: Promise<InstalledRuntime> | undefined;

/**
 * Sets up Temporal's SDK for this process: it leaves signals to the command, and all that it says goes to our log. A
 * process has one, so that of the first call stays.
 */
export function installRuntime(log: Log): Promise<InstalledRuntime> {
  installed ??= install(log);
  return installed;
}

/** Ends it, after a worker that could not start: its threads would keep the process for ever. One that ran does so by itself. */
export async function closeRuntime(): Promise<void> {
  if (installed === undefined) return;
  await installed;
  installed = undefined;
  await Runtime.instance().shutdown();
}

async function install(log: Log): Promise<InstalledRuntime> {
  // It does not tell which port it took: one that was free a moment ago.
  const bindAddress = `127.0.0.1:${await freePort()}`;
  try {
    // Names and units as Prometheus has them.
    const prometheus = {
      bindAddress,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
    };
    Runtime.install(runtimeOptions(log, { prometheus }));
    return { metricsUrl: `http://${bindAddress}/metrics` };
  } catch (error) {
    log.warn({ error: messageOf(error) }, "the metrics of Temporal's SDK are not served");
    Runtime.install(runtimeOptions(log));
    return { metricsUrl: undefined };
  }
}

function runtimeOptions(log: Log, metrics?: MetricsExporterConfig): RuntimeOptions {
  return {
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', writeTo(log)),
    telemetryOptions: {
      // Its native half would print lines of its own between ours.
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metrics && { metrics }),
    },
  };
}

/** Writes what the SDK says into our log, but of deliveries: their steps tell more, the Alert and how it is told. */
export function writeTo(log: Log): (entry: Pick<LogEntry, 'level' | 'message' | 'meta'>) => void {
  return ({ level, message, meta }) => {
    if (isDelivery(meta)) return;
    const write = level === 'ERROR' ? log.error.bind(log) : log.warn.bind(log);
    write({ logger: 'temporal', ...describeMeta(meta) }, message);
  };
}

function isDelivery(meta: Meta | undefined): boolean {
  const { activityType } = { ...meta };
  return activityType === 'deliverEvent' || activityType === 'deliverAtOnce';
}

/** What the SDK knows of a line, under the keys of our own lines. */
function describeMeta(meta: Meta | undefined): object {
  const { error, workflowId } = { ...meta };
  const ref = typeof workflowId === 'string' ? parseWorkflowId(workflowId) : undefined;
  return {
    ...(error !== undefined && { error: messageOf(error) }),
    ...(ref && { controllerKind: ref.kind, name: ref.name, namespace: ref.namespace }),
    ...(ref === undefined && typeof workflowId === 'string' && { workflowId }),
  };
}

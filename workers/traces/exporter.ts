import { setTimeout as sleep } from 'node:timers/promises';
import type * as Api from '@opentelemetry/api';
import type { HrTime, Tracer } from '@opentelemetry/api';
import { messageOf } from '../../activities/failures.ts';
import type { SpanPlan, TraceIds } from './spans.ts';

/** Where spans go. */
export interface SpanSink {
  /** Makes the spans of a pass; they are sent later, together with others. */
  emit(plans: readonly SpanPlan[], ids: TraceIds): void;
  close(): Promise<void>;
}

// What waits to be sent: about a hundred passes; more are left out.
const EXPORT_MS = 10_000;
const BOUNDS = {
  maxQueueSize: 2_048,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 2_000,
  exportTimeoutMillis: EXPORT_MS,
};
const LAST_MS = 3_000;

/**
 * Sends spans by OTLP over HTTP, to where the variables of OpenTelemetry say. Only a worker that is told to pays for
 * loading it.
 */
export async function openSpanSink(onError: (message: string) => void): Promise<SpanSink> {
  const [api, sdk] = await Promise.all([import('@opentelemetry/api'), import('@opentelemetry/sdk-trace')]);
  const nothing = () => undefined;
  api.diag.setLogger(
    { error: onError, warn: onError, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const random = new sdk.RandomIdGenerator();
  // Asked for while a span is made, in the same turn.
  const next: Ids = { trace: undefined, span: undefined };
  const provider = new sdk.TracerProvider({
    resource: await describeProcess(),
    idGenerator: {
      generateTraceId: () => next.trace ?? random.generateTraceId(),
      generateSpanId: () => next.span ?? random.generateSpanId(),
    },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: await createExporter(), ...BOUNDS })],
  });
  const make = spanMaker(api, provider.getTracer('pawl'), next);
  return {
    emit(plans, ids) {
      for (const plan of plans) {
        const parentId = make(plan, ids.trace);
        for (const child of plan.children) make({ ...child, parentId }, ids.trace);
      }
    },
    async close() {
      await Promise.race([
        provider.shutdown().catch((error: unknown) => onError(messageOf(error))),
        sleep(LAST_MS, undefined, { ref: false }),
      ]);
    },
  };
}

interface Ids {
  trace: string | undefined;
  span: string | undefined;
}

async function createExporter() {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter({ timeoutMillis: EXPORT_MS });
}

/** What the operator says of this process wins. */
async function describeProcess() {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    '@opentelemetry/resources'
  );
  const own = defaultResource().merge(resourceFromAttributes({ 'service.name': 'pawl' }));
  return own.merge(detectResources({ detectors: [envDetector] }));
}

/** Makes and ends one span of a trace; returns its id. */
function spanMaker(
  { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags }: typeof Api,
  tracer: Tracer,
  next: Ids,
) {
  return (plan: Omit<SpanPlan, 'children'>, traceId: string): string => {
    const { name, spanId, parentId, attributes, error } = plan;
    const context =
      parentId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: parentId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: true,
          });
    next.trace = traceId;
    next.span = spanId;
    const span = tracer.startSpan(name, { startTime: hrTime(plan.startedAt), attributes }, context);
    next.trace = undefined;
    next.span = undefined;
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(hrTime(plan.endedAt));
    return span.spanContext().spanId;
  };
}

/** A plain number may be taken for one of the process's own clock. */
function hrTime(ms: number): HrTime {
  return [Math.trunc(ms / 1000), Math.round((ms % 1000) * 1e6)];
}

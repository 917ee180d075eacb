import { createHash } from 'node:crypto';
import { redact } from '../../activities/redact.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { Trigger } from '../../workflows/messages.ts';
import { isFailure } from '../../workflows/outcome.ts';
import type { EndedPass } from '../../workflows/telemetry.ts';
import { key } from '../watch/summary.ts';
import type { Origin } from './contract.ts';

/** A span as it is to be made; times are milliseconds since the epoch. */
export interface SpanPlan {
  readonly name: string;
  /** Undefined where nobody has to know it. */
  readonly spanId?: string;
  /** Undefined for the root of the trace. */
  readonly parentId?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Why it failed. */
  readonly error?: string;
  readonly children: readonly Omit<SpanPlan, 'children'>[];
}

export interface TraceIds {
  /** 32 hex digits. */
  readonly trace: string;
  /** 16 hex digits each: the webhook, and the pass of the source. */
  readonly webhook: string;
  readonly source: string;
}

/** Every worker gives a change the same ids, so spans of different runs find each other without being told. */
export function traceIds({ source, revision }: Origin): TraceIds {
  const digest = createHash('sha256').update(`${source}@${revision}`).digest('hex');
  return { trace: digest.slice(0, 32), source: digest.slice(32, 48), webhook: digest.slice(48) };
}

// A request that is older is one of an earlier change.
const WEBHOOK_MS = 10 * 60_000;

/** The spans of a pass: one for it, one for each of its steps, and that of the webhook which began it. */
export function planSpans(pass: EndedPass, object: KubeObject, origin: Origin): readonly SpanPlan[] {
  const ids = traceIds(origin);
  const { ref, result, startedAt, endedAt } = pass;
  const isSource = key(ref.kind, ref.namespace, ref.name) === origin.source;
  const hookedAt = isSource ? webhookTime(pass, object) : undefined;
  const parentId = isSource ? webhookId(hookedAt, ids) : ids.source;
  const attributes = {
    'pawl.kind': ref.kind,
    'pawl.namespace': ref.namespace,
    'pawl.name': ref.name,
    'pawl.revision': result.revision ?? origin.revision,
    'pawl.trigger': result.trigger,
    'pawl.outcome': result.outcome,
  };
  const plan: SpanPlan = {
    name: `${ref.kind} ${ref.namespace}/${ref.name}`,
    ...(isSource && { spanId: ids.source }),
    ...(parentId !== undefined && { parentId }),
    startedAt,
    endedAt,
    attributes,
    ...(isFailure(result.outcome) && { error: redact(result.message) }),
    children: stepSpans(pass),
  };
  if (hookedAt === undefined) return [plan];
  const webhook = {
    name: 'webhook',
    spanId: ids.webhook,
    startedAt: hookedAt,
    endedAt: startedAt,
    attributes: {},
    children: [],
  };
  return [webhook, plan];
}

function webhookId(hookedAt: number | undefined, { webhook }: TraceIds): string | undefined {
  return hookedAt === undefined ? undefined : webhook;
}

/** When the webhook came that asked for this pass; the Receiver writes it down at the object. */
function webhookTime({ result, startedAt }: EndedPass, { metadata }: KubeObject): number | undefined {
  if (result.trigger !== Trigger.Webhook) return undefined;
  const at = Date.parse(metadata.annotations?.[Annotation.requestedAt] ?? '');
  return at <= startedAt && startedAt - at < WEBHOOK_MS ? at : undefined;
}

/** A step that was dropped has no time of its own: it went on until the pass ended. */
function stepSpans({ begun, endedAt, result }: EndedPass): readonly Omit<SpanPlan, 'children'>[] {
  const times = [...result.steps];
  return begun.map(({ name, at }) => {
    const found = times.findIndex((step) => step.name === name);
    const [step] = found < 0 ? [] : times.splice(found, 1);
    const end = step === undefined ? endedAt : Math.min(at + step.ms, endedAt);
    return { name, startedAt: at, endedAt: Math.max(at, end), attributes: {} };
  });
}

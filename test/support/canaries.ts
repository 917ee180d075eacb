import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Kind } from '../../api/object-ref.ts';
import { API_VERSION } from '../../api/object-ref.ts';
import type { FluxHome } from './flux.ts';
import type { Stack } from './harness.ts';
import { temporalClient } from './temporal.ts';

const LOOK_MS = 100;

/** Where a secret could be read that got out, each place as one text. */
export type Places = Readonly<Record<string, string>>;

/** What the first worker of a stack has told of objects: in their statuses and events, in its log, and in Temporal. */
export async function placesOf(
  stack: Stack,
  { kube, namespace }: FluxHome,
  kinds: readonly Kind[],
): Promise<Places> {
  const statuses = await Promise.all(
    kinds.map(async (kind) => {
      const { items } = await kube.list({ apiVersion: API_VERSION[kind], kind, namespace });
      // The spec is the user's own doing; only what is told of it counts.
      const told = items.map(({ metadata, status }) => ({
        metadata: { ...metadata, managedFields: [] },
        status,
      }));
      return [kind, JSON.stringify(told)] as const;
    }),
  );
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'Event', namespace });
  return {
    ...Object.fromEntries(statuses),
    events: JSON.stringify(items),
    log: readFileSync(join(stack.dir, 'worker-0', 'worker.log'), 'utf8'),
    histories: await histories(stack),
  };
}

/** The canaries that are in some place, in any form; empty when nothing got out. */
export function found(places: Places, canaries: readonly string[]): string[] {
  const forms = canaries.flatMap(formsOf);
  return Object.entries(places).flatMap(([place, text]) =>
    forms.filter((form) => text.includes(form)).map((form) => `${form} in ${place}`),
  );
}

/** As they may be written: plain, in a URL, in base64 alone or as a login, quoted once or twice, as a double. */
function formsOf(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  return [
    value,
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    base64(value),
    base64(`ada:${value}`),
    ...(/^\d{6,}$/.test(value) ? [Number(value).toExponential().replace(/e.*/, 'e')] : []),
  ];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('=', '');
}

/** Every history of a Temporal as text: payloads are bytes. */
export async function histories(stack: Stack): Promise<string> {
  const client = await temporalClient(stack);
  const texts: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    texts.push(JSON.stringify(withText(history)));
  }
  return texts.join('\n');
}

/** The heartbeats of all activities while `work` goes on, as one text: histories do not keep them. */
export async function heartbeatsDuring(stack: Stack, work: () => Promise<void>): Promise<string> {
  const client = await temporalClient(stack);
  const beats = new Set<string>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const beat of await heartbeatsOf(client)) beats.add(beat);
      await sleep(LOOK_MS);
    }
  })();
  await work().finally(() => (isOver = true));
  await looking;
  return [...beats].join('\n');
}

async function heartbeatsOf(client: Client): Promise<readonly string[]> {
  const beats: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    // It may have ended meanwhile.
    const described = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    const pending = described?.raw.pendingActivities ?? [];
    beats.push(...pending.map(({ heartbeatDetails }) => JSON.stringify(withText(heartbeatDetails ?? ''))));
  }
  return beats;
}

function withText(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(withText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withText(item)]));
}

import { z } from 'zod';
import type { ProviderType } from '../../api/provider.ts';
import type { KubeClient } from '../kube/client.ts';
import { isWaiting } from './commit-status/outcome.ts';
import type { FluxEvent } from './event.ts';
import { isAdvice } from './wants.ts';

const INCIDENTS: ReadonlySet<ProviderType> = new Set(['pagerduty', 'incident.io']);

/** Whether messages open and close something at a service of this type, so that the last one counts. */
export function opensIncidents(type: ProviderType): boolean {
  return INCIDENTS.has(type);
}

const readySchema = z.object({
  type: z.literal('Ready'),
  status: z.string(),
  reason: z.string(),
  lastTransitionTime: z.iso.datetime({ offset: true }),
});

/**
 * Whether an object has gone on to the opposite of what an event says, or an event of a failure is about one that is
 * gone. Looks at the live object; what the event itself led to is no later than it, or says the same.
 */
export async function isOutdated(kube: Pick<KubeClient, 'get'>, event: FluxEvent): Promise<boolean> {
  const { severity, timestamp, involvedObject } = event;
  // It does not show in the object.
  if (isAdvice(event)) return false;
  const { apiVersion, kind, namespace, name, uid } = involvedObject;
  const object = await kube.get({ apiVersion, kind, namespace, name });
  if (!object || (uid !== undefined && object.metadata.uid !== uid)) return severity === 'error';
  const ready = readyOf(object['status']);
  if (!ready || Date.parse(ready.lastTransitionTime) <= Date.parse(timestamp)) return false;
  if (severity === 'error') return ready.status === 'True';
  return ready.status === 'False' && !isWaiting(ready.reason);
}

const statusSchema = z.object({ conditions: z.array(z.unknown()) });

function readyOf(status: unknown): z.infer<typeof readySchema> | undefined {
  const conditions = statusSchema.safeParse(status).data?.conditions ?? [];
  return conditions.map((condition) => readySchema.safeParse(condition).data).find((ready) => ready);
}

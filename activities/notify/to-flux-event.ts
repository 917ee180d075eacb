import { hostname } from 'node:os';
import { redact } from '../redact.ts';
import { eventAnnotations, reportingController } from '../status/event-metadata.ts';
import type { EventInput } from '../status/events.ts';
import { seconds } from '../status/patch.ts';
import type { FluxEvent } from './event.ts';

// Of Flux's event API.
const LONGEST_MESSAGE = 39_000;
// Annotations of an object may be a quarter of a megabyte, and each message for an Alert carries them.
const LONGEST_METADATA = 64 * 1024;

/**
 * The event as Flux's controllers post it to the notification-controller (`runtime/events` of fluxcd/pkg): metadata
 * under the kind's group, together with the object's annotations under `event.toolkit.fluxcd.io/`. Without secrets.
 */
export function toFluxEvent(input: EventInput, now: Date): FluxEvent {
  const { apiVersion, kind, metadata } = input.object;
  const annotations = bounded(eventAnnotations(input));
  return {
    involvedObject: {
      kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      ...(metadata.uid !== undefined && { uid: metadata.uid }),
      apiVersion,
      ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
    },
    severity: input.type === 'Warning' ? 'error' : 'info',
    timestamp: seconds(now),
    message: redact(input.message, LONGEST_MESSAGE - 1),
    reason: input.reason,
    ...(Object.keys(annotations).length > 0 && { metadata: annotations }),
    reportingController: reportingController(kind),
    reportingInstance: hostname(),
  };
}

/** As many of the entries as there is room for, the first ones first: those are the controller's. */
function bounded(metadata: Readonly<Record<string, string>>): Record<string, string> {
  let size = 0;
  const kept = Object.entries(metadata).flatMap(([key, value]) => {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
    return size > LONGEST_METADATA ? [] : [[key, redact(value, LONGEST_METADATA)] as const];
  });
  return Object.fromEntries(kept);
}

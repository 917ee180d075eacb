import type { FluxEvent } from './event.ts';
import { goJson } from './go-json.ts';

/** The event as Flux's notification-controller encodes it. */
export function eventJson(event: FluxEvent): string {
  const { involvedObject: object, metadata = {} } = event;
  return goJson({
    involvedObject: {
      kind: orNone(object.kind),
      namespace: orNone(object.namespace),
      name: orNone(object.name),
      uid: orNone(object.uid),
      apiVersion: orNone(object.apiVersion),
      resourceVersion: orNone(object.resourceVersion),
    },
    severity: event.severity,
    timestamp: event.timestamp,
    message: event.message,
    reason: event.reason,
    metadata: Object.keys(metadata).length === 0 ? undefined : new Map(Object.entries(metadata)),
    reportingController: event.reportingController,
    reportingInstance: orNone(event.reportingInstance),
  });
}

/** Empty ones are left out. */
function orNone(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

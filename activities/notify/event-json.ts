import { type GoField, goMap, goString, goStruct } from '../../api/formats/go-json.ts';
import type { FluxEvent } from './event.ts';

/** The event as Flux's notification-controller encodes it. Who checks a signature may have encoded the same text again. */
export function eventJson(event: FluxEvent): string {
  const { involvedObject: object, metadata = {} } = event;
  return goStruct([
    [
      'involvedObject',
      goStruct([
        filled('kind', object.kind),
        filled('namespace', object.namespace),
        filled('name', object.name),
        filled('uid', object.uid),
        filled('apiVersion', object.apiVersion),
        filled('resourceVersion', object.resourceVersion),
      ]),
    ],
    ['severity', goString(event.severity)],
    ['timestamp', goString(event.timestamp)],
    ['message', goString(event.message)],
    ['reason', goString(event.reason)],
    ['metadata', Object.keys(metadata).length === 0 ? undefined : goMap(metadata, goString)],
    ['reportingController', goString(event.reportingController)],
    filled('reportingInstance', event.reportingInstance),
  ]);
}

/** A field that is left out when it is empty. */
function filled(name: string, text: string | undefined): GoField {
  return [name, text ? goString(text) : undefined];
}

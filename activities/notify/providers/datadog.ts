import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf } from './event-text.ts';
import { explain } from './explain.ts';
import { headerToken, misconfigured, needed } from './needed.ts';

const LONGEST_TEXT = 4000;
const LONGEST_TAG = 200;

/** Datadog: an event with the object and the metadata as its tags. Of the address only the host counts, as with Flux. */
export const sendDatadog: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  const { kind, name, namespace } = event.involvedObject;
  const address = needed(recipient, 'address');
  if (!URL.canParse(address)) {
    throw misconfigured(recipient, 'has an address that does not parse as a URL; correct it');
  }
  const { protocol, host } = new URL(address);
  await postJson(deps, delivery, {
    service: 'Datadog',
    address: `${protocol}//${host}/api/v1/events`,
    headers: { 'DD-API-KEY': headerToken(recipient) },
    body: {
      title: `Events from the ${kind} ${name}/${namespace}`,
      text: messageOf(event, LONGEST_TEXT),
      tags: tagsOf(event),
      source_type_name: 'fluxcd',
      date_happened: Math.floor(Date.parse(event.timestamp) / 1000),
      alert_type: event.severity,
    },
    explain,
  });
};

/** In lower case, as Datadog keeps them. */
function tagsOf(event: FluxEvent): readonly string[] {
  const { kind, name, namespace } = event.involvedObject;
  const tags = {
    flux_reporting_controller: event.reportingController,
    flux_reason: event.reason,
    kube_kind: kind,
    kube_name: name,
    kube_namespace: namespace,
  };
  return [...Object.entries(tags), ...Object.entries(event.metadata ?? {})].map(([key, value]) =>
    `${key}:${value}`.toLowerCase().slice(0, LONGEST_TAG).toWellFormed(),
  );
}

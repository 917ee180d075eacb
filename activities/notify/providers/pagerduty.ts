import { rememberSecret } from '../../redact.ts';
import type { Delivery, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, shorten } from './event-text.ts';
import { explain } from './explain.ts';
import { misconfigured, needed } from './needed.ts';

const LONGEST_SUMMARY = 1024;
const LONGEST_TEXT = 64 * 1024;

/**
 * PagerDuty, Events API v2: an error triggers the incident of its object, all else resolves it and is told as a change.
 * Nothing is told of what still progresses.
 */
export const sendPagerDuty: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  if (event.reason === 'Progressing') return;
  const key = needed(recipient, 'channel');
  rememberSecret(key);
  const post = (path: string, body: object) =>
    postJson(deps, delivery, { service: 'PagerDuty', address: endpoint(delivery, path), body, explain });
  await post('/v2/enqueue', incident(event, key));
  if (event.severity === 'info') await post('/v2/change/enqueue', change(event, key));
};

/** Of the address only the host counts, as with Flux. */
function endpoint({ recipient }: Delivery, path: string): string {
  const address = needed(recipient, 'address');
  if (!URL.canParse(address)) {
    throw misconfigured(recipient, 'has an address that does not parse as a URL; correct it');
  }
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}${path}`;
}

function incident(event: FluxEvent, routingKey: string): object {
  const { uid, kind, namespace, name } = event.involvedObject;
  return {
    routing_key: routingKey,
    event_action: event.severity === 'error' ? 'trigger' : 'resolve',
    dedup_key: uid || `${kind}/${namespace}/${name}`,
    ...(event.severity === 'error' && {
      payload: { ...payloadOf(event), severity: 'error', component: name, group: kind },
    }),
  };
}

function change(event: FluxEvent, routingKey: string): object {
  return { routing_key: routingKey, payload: payloadOf(event) };
}

function payloadOf(event: FluxEvent) {
  const { kind, name } = event.involvedObject;
  return {
    summary: shorten(`${wordsOf(event.reason)}: ${kind}/${name}`.toLowerCase(), LONGEST_SUMMARY),
    source: `Flux ${event.reportingController}`,
    timestamp: event.timestamp,
    custom_details: { message: messageOf(event, LONGEST_TEXT), metadata: event.metadata ?? {} },
  };
}

/** The words of a name such as `HealthCheckFailed`. */
function wordsOf(reason: string): string {
  return (reason.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z\d]+/g) ?? []).join(' ');
}

import { createHash } from 'node:crypto';
import { rememberSecret } from '../../redact.ts';
import type { Delivery, Recipient, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf } from './event-text.ts';
import { explain } from './explain.ts';
import { misconfigured, needed } from './needed.ts';

const LONGEST_TEXT = 8192;
const CLIENT = 'pawl/1';

/**
 * Sentry: an error becomes an event, all else a transaction of one span. The address is the DSN of a project, the
 * channel its environment. Sentry drops a repetition, whose id is the same.
 */
export const sendSentry: Sender = async (deps, delivery) => {
  const { address, key } = readDsn(delivery.recipient);
  const id = idOf(delivery.key, 'event').slice(0, 32);
  const isError = delivery.event.severity === 'error';
  const payload = JSON.stringify({
    ...(isError ? errorOf(delivery.event) : transactionOf(delivery)),
    event_id: id,
    level: delivery.event.severity,
    message: messageOf(delivery.event, LONGEST_TEXT),
    transaction: summaryOf(delivery.event),
    platform: 'other',
    ...(delivery.recipient.channel !== '' && { environment: delivery.recipient.channel }),
  });
  const item = { type: isError ? 'event' : 'transaction', length: Buffer.byteLength(payload) };
  await postJson(deps, delivery, {
    service: 'Sentry',
    address,
    contentType: 'application/x-sentry-envelope',
    headers: { 'X-Sentry-Auth': `Sentry sentry_version=7, sentry_client=${CLIENT}, sentry_key=${key}` },
    body: `${JSON.stringify({ event_id: id })}\n${JSON.stringify(item)}\n${payload}\n`,
    explain,
  });
};

/** `https://<key>[:<secret>]@<host>[/<path>]/<project>`; the secret is of old and unused. */
function readDsn(recipient: Recipient): { readonly address: string; readonly key: string } {
  const dsn = needed(recipient, 'address');
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  const [, path = '', project] = /^(.*)\/([^/]+)\/?$/.exec(url?.pathname ?? '') ?? [];
  if (!url || project === undefined || !/^[\w-]+$/.test(url.username)) {
    throw misconfigured(recipient, 'needs a DSN (https://<key>@<host>/<project>) as its address; correct it');
  }
  rememberSecret(url.username);
  rememberSecret(url.password);
  return { address: `${url.protocol}//${url.host}${path}/api/${project}/envelope/`, key: url.username };
}

function errorOf(event: FluxEvent): object {
  return {
    timestamp: event.timestamp,
    server_name: event.reportingController,
    contexts: { metadata: event.metadata ?? {} },
  };
}

/** Transactions do not alert: they show how often something runs. */
function transactionOf({ event, key }: Delivery): object {
  const { kind, namespace, name } = event.involvedObject;
  const trace = {
    trace_id: idOf(key, 'trace').slice(0, 32),
    span_id: idOf(key, 'span').slice(0, 16),
    op: 'event',
  };
  const tags = {
    flux_involved_object_kind: kind,
    flux_involved_object_namespace: namespace,
    flux_involved_object_name: name,
    flux_reporting_controller: event.reportingController,
    flux_reporting_instance: event.reportingInstance ?? '',
    flux_reason: event.reason,
    ...event.metadata,
  };
  const times = { start_timestamp: event.timestamp, timestamp: event.timestamp };
  return {
    type: 'transaction',
    contexts: { trace },
    tags,
    ...times,
    spans: [{ ...trace, tags, ...times }],
  };
}

function summaryOf({ involvedObject: { kind, namespace, name } }: FluxEvent): string {
  return `${kind}: ${namespace}/${name}`;
}

function idOf(key: string, purpose: string): string {
  return createHash('sha256').update(`${purpose}:${key}`).digest('hex');
}

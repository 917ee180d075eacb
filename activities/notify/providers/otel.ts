import { createHash } from 'node:crypto';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { canonicalHeaders } from '../canonical-headers.ts';
import type { Delivery, Recipient, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf } from './event-text.ts';
import { explain } from './explain.ts';
import { basic, bearer, needed } from './needed.ts';

const LONGEST_TEXT = 8192;
const SPAN_KIND_INTERNAL = 1;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

/**
 * OpenTelemetry: a span over OTLP/HTTP in its JSON form. All events of a revision that one alert tells share a trace,
 * as with Flux; a repetition has the same span. HelmRepositories are left out: they begin nothing.
 */
export const sendOtel: Sender = async (deps, delivery) => {
  if (delivery.event.involvedObject.kind === 'HelmRepository') return;
  const { recipient } = delivery;
  const headers = canonicalHeaders(recipient.headers);
  const answer = await postJson(deps, delivery, {
    service: 'OpenTelemetry',
    address: endpoint(recipient),
    authorization: headers['Authorization'] === undefined ? authorizationOf(recipient) : undefined,
    // A collector tells JSON from protobuf by it.
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: tracesOf(delivery),
    explain,
  });
  acceptAnswer(answer.text);
};

function endpoint(recipient: Recipient): string {
  const address = needed(recipient, 'address');
  if (!URL.canParse(address)) return address; // the post says what is wrong with it
  const url = new URL(address);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}

function authorizationOf(recipient: Recipient): string | undefined {
  const token = recipient.token || recipient.password;
  if (token === '') return undefined;
  if (recipient.username === '') return bearer({ ...recipient, token });
  return basic({ ...recipient, password: token });
}

function tracesOf({ event, alert, key }: Delivery): object {
  const { kind, namespace, name, uid = '' } = event.involvedObject;
  const startMs = Date.parse(event.timestamp);
  const object = {
    'object.uid': uid,
    'object.kind': kind,
    'object.name': name,
    'object.namespace': namespace,
  };
  const span = {
    traceId: hash(`${alert.uid}:${revisionOf(event)}`).slice(0, 32),
    spanId: hash(`span:${key}`).slice(0, 16),
    name: `${kind}: ${namespace}/${name}`,
    kind: SPAN_KIND_INTERNAL,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(Math.max(startMs, Date.now())),
    attributes: attributesOf({ ...object, ...event.metadata }),
    status:
      event.severity === 'error'
        ? { code: STATUS_ERROR, message: messageOf(event, LONGEST_TEXT) }
        : { code: STATUS_OK },
  };
  const schemaUrl = 'https://opentelemetry.io/schemas/1.34.0';
  const resource = {
    'service.name': `${alert.namespace}/${alert.name}`,
    'service.namespace': alert.namespace,
    'service.instance.id': alert.uid,
  };
  const scopeSpans = [{ scope: { name: 'flux:notification-controller' }, spans: [span] }];
  return { resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans, schemaUrl }] };
}

/** An OCI artifact with an app version has the revision under which other sources know it. */
function revisionOf({ metadata = {} }: FluxEvent): string {
  const { 'oci-digest': digest, 'app-version': version, revision } = metadata;
  if (digest !== undefined && version !== undefined) return `${version}@${digest}`;
  return revision ?? 'unknown';
}

function attributesOf(pairs: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(pairs).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

function nanoseconds(ms: number): string {
  return `${BigInt(ms) * 1_000_000n}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A collector takes a request and says in its answer which spans it dropped. */
function acceptAnswer(text: string): void {
  const rejected = /"rejected_?spans"\s*:\s*"?([1-9]\d*)/i.exec(text);
  if (rejected === null) return;
  throw failed(Reason.NotificationDispatchFailed, 'OpenTelemetry: the server rejects the span; see its logs');
}

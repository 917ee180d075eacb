import type { Recipient, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf } from './event-text.ts';
import { explain } from './explain.ts';
import { basic, bearer } from './needed.ts';

const LONGEST_TEXT = 32 * 1024;
// Go's time that is not set.
const UNKNOWN = '0001-01-01T00:00:00Z';

/**
 * Prometheus Alertmanager: one firing alert, with the event's object, reason and metadata as its labels. Without an
 * end, so that Alertmanager's own resolve_timeout ends it.
 */
export const sendAlertmanager: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  const { summary, ...metadata } = event.metadata ?? {};
  const annotations = {
    message: messageOf(event, LONGEST_TEXT),
    ...(summary !== undefined && { summary }),
  };
  await postJson(deps, delivery, {
    service: 'Alertmanager',
    address: recipient.address,
    authorization: authorizationOf(recipient),
    body: [
      {
        status: 'firing',
        labels: { ...metadata, ...labelsOf(event) },
        annotations,
        startsAt: event.timestamp,
        endsAt: UNKNOWN,
      },
    ],
    explain,
  });
};

function labelsOf(event: FluxEvent): Record<string, string> {
  const { kind, name, namespace } = event.involvedObject;
  return {
    // As Flux writes it: only the first letter of the reason is a capital.
    alertname: `Flux${kind}${event.reason.charAt(0).toUpperCase()}${event.reason.slice(1).toLowerCase()}`,
    severity: event.severity,
    reason: event.reason,
    kind,
    name,
    namespace,
    reportingcontroller: event.reportingController,
  };
}

function authorizationOf(recipient: Recipient): string | undefined {
  return basic(recipient) ?? (recipient.token === '' ? undefined : bearer(recipient));
}

import { createHmac } from 'node:crypto';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { canonicalHeaders } from '../canonical-headers.ts';
import type { Delivery, Sender } from '../contract.ts';
import { eventJson } from '../event-json.ts';
import { postJson } from '../post-json.ts';

/** Posts the event as it is, byte for byte as Flux does. */
export const sendGeneric: Sender = async (deps, delivery) => {
  await postJson(deps, delivery, {
    service: 'the webhook',
    address: delivery.recipient.address,
    body: eventJson(delivery.event),
    headers: headersOf(delivery),
  });
};

/** The same, signed with the token of the Secret: `X-Signature: sha256=<hex>`. */
export const sendGenericHmac: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  // Byte for byte: whoever checks it uses the Secret as it is, with the line break that may end it.
  const token = recipient.secret['token'] ?? Buffer.from(recipient.token);
  if (token.length === 0) {
    const message =
      "a provider of type generic-hmac needs the key 'token' in the Secret of spec.secretRef; add it";
    throw failed(Reason.NotificationDispatchFailed, message);
  }
  const body = eventJson(event);
  const signature = createHmac('sha256', token).update(body).digest('hex');
  await postJson(deps, delivery, {
    service: 'the webhook',
    address: recipient.address,
    body,
    headers: { ...headersOf(delivery), 'X-Signature': `sha256=${signature}` },
  });
};

/** The Secret's headers replace ours. */
function headersOf({ event, recipient, key }: Delivery): Record<string, string> {
  const own = { 'Gotk-Component': event.reportingController, 'Idempotency-Key': key };
  return { ...own, ...canonicalHeaders(recipient.headers) };
}

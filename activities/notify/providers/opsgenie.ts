import { createHash } from 'node:crypto';
import type { Delivery, Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf, shorten } from './event-text.ts';
import { explain } from './explain.ts';
import { headerToken } from './needed.ts';

const LONGEST = { message: 130, description: 15_000, details: { value: 2000, all: 7500 } };

/** Opsgenie: an alert for each object and reason; a repetition counts up the one that is open. */
export const sendOpsgenie: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  const { kind, name } = event.involvedObject;
  await postJson(deps, delivery, {
    service: 'Opsgenie',
    address: recipient.address,
    authorization: `GenieKey ${headerToken(recipient)}`,
    body: {
      message: shorten(`${kind}/${name}`, LONGEST.message),
      alias: aliasOf(delivery),
      description: messageOf(event, LONGEST.description),
      details: { ...Object.fromEntries(metadataOf(event, LONGEST.details)), severity: event.severity },
    },
    explain,
  });
};

/** Flux's: the Provider's UID keeps clusters apart. */
function aliasOf({ event, recipient }: Delivery): string {
  const { kind, namespace, name } = event.involvedObject;
  const parts = [recipient.uid, kind, namespace, name, event.reason];
  return createHash('sha256').update(parts.join('/')).digest('hex');
}

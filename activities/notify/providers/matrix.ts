import { createHash } from 'node:crypto';
import type { Delivery, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';
import { bearer, needed } from './needed.ts';

// An event of a room holds 64 KiB in all.
const LONGEST = { text: 12_000, value: 1000, all: 8000 };

/** Matrix: a text in a room. The server knows a repetition by its transaction. */
export const sendMatrix: Sender = async (deps, delivery) => {
  await postJson(deps, delivery, {
    service: 'Matrix',
    address: addressOf(delivery),
    method: 'PUT',
    authorization: bearer(delivery.recipient),
    body: { body: textOf(delivery.event), msgtype: 'm.text' },
    explain,
  });
};

function addressOf({ recipient, key }: Delivery): string {
  // What is encoded already stays so, as with Flux.
  const room = encodeURIComponent(needed(recipient, 'channel'))
    .replaceAll('%3A', ':')
    .replace(/%25(?=[\da-f]{2})/gi, '%');
  const transaction = createHash('sha256').update(key).digest('hex');
  const server = needed(recipient, 'address').replace(/\/+$/, '');
  return `${server}/_matrix/client/r0/rooms/${room}/send/m.room.message/${transaction}`;
}

function textOf(event: FluxEvent): string {
  const heading = `${event.severity === 'error' ? '🚨' : '💫'} ${titleOf(event)}`;
  const metadata = metadataOf(event, LONGEST).map(([key, value]) => `- ${key}: ${value}\n`);
  return `${heading}\n${messageOf(event, LONGEST.text)}\n${metadata.join('')}`;
}

import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';
import { headerToken } from './needed.ts';

const LONGEST = { text: 4000, value: 500 };

/** Zoom Team Chat: an incoming webhook with its verification token. */
export const sendZoom: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  await postJson(deps, delivery, {
    service: 'Zoom',
    address: withFormat(recipient.address),
    authorization: headerToken(recipient),
    body: {
      content: {
        head: { text: titleOf(event), sub_head: { text: event.severity } },
        body: bodyOf(event),
      },
    },
    explain,
  });
};

/** The full format, unless the address asks for another. */
function withFormat(address: string): string {
  if (!URL.canParse(address)) return address; // the post says what is wrong with it
  const url = new URL(address);
  if (!url.searchParams.get('format')) url.searchParams.set('format', 'full');
  return url.href;
}

function bodyOf(event: FluxEvent): readonly object[] {
  const items = metadataOf(event, LONGEST).map(([key, value]) => ({ key, value }));
  const message = { type: 'message', text: messageOf(event, LONGEST.text) };
  return items.length === 0 ? [message] : [message, { type: 'fields', items }];
}

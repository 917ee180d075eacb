import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { escapeMarkup, messageOf, metadataOf, shorten, titleOf } from './event-text.ts';
import { explain } from './explain.ts';
import { bearer, needed } from './needed.ts';

// A message holds 7439 bytes in all, and a character up to three a unit.
const LONGEST = { text: 1400, value: 200, all: 2400 };

/** Webex: a message of a bot in the room of the channel. */
export const sendWebex: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  await postJson(deps, delivery, {
    service: 'Webex',
    address: recipient.address,
    authorization: bearer(recipient),
    body: { roomId: needed(recipient, 'channel'), markdown: shorten(markdownOf(event), LONGEST.all) },
    explain,
  });
};

function markdownOf(event: FluxEvent): string {
  const heading = `${event.severity === 'error' ? '💣' : '✅'} **${titleOf(event)}**`;
  const metadata = metadataOf(event, { value: LONGEST.value }).map(
    ([key, value]) => `>**${escapeMarkup(key)}**: ${escapeMarkup(value)}\n`,
  );
  return `${heading}\n${escapeMarkup(messageOf(event, LONGEST.text))}\n${metadata.join('')}`;
}

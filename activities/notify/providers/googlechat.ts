import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { escapeMarkup, messageOf, metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';

// A message holds 32 000 bytes in all.
const LONGEST = { text: 4000, value: 1000, all: 5000 };

/** Google Chat: a card for the webhook of a space. */
export const sendGoogleChat: Sender = async (deps, delivery) => {
  await postJson(deps, delivery, {
    service: 'Google Chat',
    address: delivery.recipient.address,
    body: { cards: [cardOf(delivery.event)] },
    explain,
  });
};

/** With the fields that are not set as Flux writes them. */
function cardOf(event: FluxEvent): object {
  const message = escapeMarkup(messageOf(event, LONGEST.text));
  const text = event.severity === 'error' ? `<font color="#ff0000">${message}</font>` : message;
  const details = metadataOf(event, LONGEST).map(([topLabel, content]) => ({
    textParagraph: null,
    keyValue: { topLabel, content, contentMultiline: false, bottomLabel: null, icon: null },
  }));
  const widgets = [[{ textParagraph: { text }, keyValue: null }], ...(details.length > 0 ? [details] : [])];
  return {
    header: {
      title: titleOf(event),
      subtitle: event.reportingController,
      imageUrl: null,
      imageStyle: null,
    },
    sections: widgets.map((section) => ({ header: '', widgets: section })),
  };
}

import type { Delivery, Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { explain } from './explain.ts';
import { slackColor, slackMessage } from './slack-message.ts';

// An embed holds 6000 characters in all, a value 1024.
const LONGEST = { text: 2900, value: 1024, all: 2700 };
const MOST_FIELDS = 25;

/** Discord: a webhook, in the form that it takes from Slack's clients. */
export const sendDiscord: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  await postJson(deps, delivery, {
    service: 'Discord',
    address: slackAddress(recipient.address),
    body: slackMessage(withFields(delivery), {
      channel: '',
      username: recipient.username || event.reportingController,
      color: slackColor(delivery),
      longest: LONGEST,
    }),
    explain,
  });
};

function slackAddress(address: string): string {
  if (!URL.canParse(address)) return address; // the post says what is wrong with it
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/slack') ? path : `${path}/slack`;
  return url.href;
}

/** Discord refuses a message with an empty value, or with more fields than it shows. */
function withFields(delivery: Delivery): Delivery {
  const { event } = delivery;
  const kept = Object.entries(event.metadata ?? {})
    .filter(([, value]) => value.trim() !== '')
    .slice(0, MOST_FIELDS);
  return { ...delivery, event: { ...event, metadata: Object.fromEntries(kept) } };
}

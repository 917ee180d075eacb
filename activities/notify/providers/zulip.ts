import type { Recipient, Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { shorten } from './event-text.ts';
import { explain } from './explain.ts';
import { markdownOf } from './markdown.ts';
import { basic, misconfigured, needed } from './needed.ts';

/** A message holds 10 000 characters. */
const LONGEST = { text: 6000, value: 500, all: 9900 };

/** Zulip: a message of a bot in the channel and topic of `<channel>/<topic>`. */
export const sendZulip: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  const form = {
    type: 'stream',
    ...target(recipient),
    content: shorten(markdownOf(event, LONGEST), LONGEST.all),
  };
  await postJson(deps, delivery, {
    service: 'Zulip',
    address: endpoint(recipient),
    authorization: basic(recipient),
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(form).toString(),
    explain,
  });
};

function endpoint(recipient: Recipient): string {
  const address = needed(recipient, 'address');
  if (!URL.canParse(address)) return address; // the post says what is wrong with it
  const url = new URL(address);
  url.pathname = '/api/v1/messages';
  return url.href;
}

function target(recipient: Recipient): { readonly to: string; readonly topic: string } {
  const [to = '', ...rest] = recipient.channel.split('/');
  const topic = rest.join('/');
  if (to !== '' && topic !== '') return { to, topic };
  throw misconfigured(recipient, 'needs spec.channel as <channel>/<topic>; correct it');
}

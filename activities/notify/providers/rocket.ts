import type { Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { explain } from './explain.ts';
import { slackMessage } from './slack-message.ts';

// Rocket.Chat's default for a message is 5000.
const LONGEST = { text: 4000, value: 1000 };

/** Rocket.Chat: an incoming webhook. */
export const sendRocket: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  await postJson(deps, delivery, {
    service: 'Rocket.Chat',
    address: recipient.address,
    body: slackMessage(delivery, {
      channel: recipient.channel,
      username: recipient.username,
      color: event.severity === 'error' ? '#FF0000' : '#0076D7',
      longest: LONGEST,
    }),
    explain,
  });
};

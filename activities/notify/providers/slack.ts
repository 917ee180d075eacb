import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import type { Sender } from '../contract.ts';
import { postJson } from '../post-json.ts';
import { escapeMarkup } from './event-text.ts';
import { explain } from './explain.ts';
import { bearer } from './needed.ts';
import { slackColor, slackMessage } from './slack-message.ts';

// Slack cuts attachments off there by itself.
const LONGEST = { text: 7000, value: 2000 };
const API = 'https://slack.com/api/chat.postMessage';
const API_PATH = /\/api\/chat\.postMessage$/;
// https://api.slack.com/methods/chat.postMessage#errors
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
]);

/** Slack: its API with the token of a bot, or an incoming webhook. */
export const sendSlack: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  const answer = await postJson(deps, delivery, {
    service: 'Slack',
    address: recipient.address,
    authorization: recipient.token === '' ? undefined : bearer(recipient),
    body: slackMessage(delivery, {
      channel: recipient.channel,
      username: recipient.username || event.reportingController,
      color: slackColor(delivery),
      longest: LONGEST,
      escape: escapeMarkup,
      fallback: true,
    }),
    explain,
  });
  const { href, pathname } = new URL(recipient.address);
  if (API_PATH.test(pathname)) acceptApiAnswer(answer.text, href === API);
};

/** The API tells of failures in an answer of success. What stands in for it need not answer in its form. */
function acceptApiAnswer(text: string, isSlack: boolean): void {
  const { ok, error } = readAnswer(text);
  if (ok === true || (ok === undefined && !isSlack)) return;
  const word = typeof error === 'string' && /^[\w-]{1,64}$/.test(error) ? error : undefined;
  if (word !== undefined && !PASSING.has(word)) {
    throw failed(Reason.NotificationDispatchFailed, `Slack responded with error: ${word}`);
  }
  const message = `Slack responded with error: ${word ?? 'an answer that cannot be read'}`;
  throw transient(Reason.NotificationDispatchFailed, message);
}

function readAnswer(text: string): { readonly ok?: unknown; readonly error?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

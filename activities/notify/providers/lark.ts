import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf, titleOf } from './event-text.ts';
import { explain } from './explain.ts';

// A request holds 20 KiB in all.
const LONGEST = { text: 4000, value: 500, all: 2400 };
// Too many requests, and a trouble of its own.
const PASSING = new Set([9499, 11232, 19005]);

/** Lark and Feishu: a card for the webhook of a bot. */
export const sendLark: Sender = async (deps, delivery) => {
  const { event, recipient } = delivery;
  const isError = event.severity === 'error';
  const answer = await postJson(deps, delivery, {
    service: 'Lark',
    address: recipient.address,
    body: {
      msg_type: 'interactive',
      card: {
        config: { wide_screen_mode: true },
        header: {
          title: { tag: 'plain_text', content: `${isError ? '🚨' : '💫'} ${titleOf(event)}` },
          template: isError ? 'red' : 'turquoise',
        },
        elements: [{ tag: 'div', text: { tag: 'lark_md', content: textOf(event) } }],
      },
    },
    explain,
  });
  acceptAnswer(answer.status, answer.text);
};

/** A tag could mention everybody. */
function textOf(event: FluxEvent): string {
  const message = withoutTags(messageOf(event, LONGEST.text));
  const metadata = metadataOf(event, LONGEST).map(([key, value]) => `${key}: ${value}\n`);
  return `**${message}**\n\n${withoutTags(metadata.join(''))}`;
}

function withoutTags(text: string): string {
  return text.replaceAll('<', '&#60;').replaceAll('>', '&#62;');
}

/** Refusals come with an answer of success, and a code. */
function acceptAnswer(status: number, text: string): void {
  const code = codeOf(text);
  if (code === 0) return;
  const said = explain(status, text);
  const make = PASSING.has(code) ? transient : failed;
  throw make(
    Reason.NotificationDispatchFailed,
    `Lark: the server answers code ${code}${said ? `: ${said}` : ''}`,
  );
}

/** What has none is as good as an answer of success. */
function codeOf(text: string): number {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return 0;
    const code = 'code' in answer ? answer.code : 0;
    return typeof code === 'number' ? code : 0;
  } catch {
    return 0;
  }
}

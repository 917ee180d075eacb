import type { Delivery } from '../contract.ts';
import { messageOf, metadataOf, titleOf } from './event-text.ts';

/** How a service that takes messages in Slack's form differs from Slack. */
export interface SlackForm {
  readonly channel: string;
  readonly username: string;
  readonly color: string;
  /** Of the text, of each value, and of all keys and values, in UTF-16 units. */
  readonly longest: { readonly text: number; readonly value: number; readonly all?: number };
  /** Makes plain text of what the event says for the service's markup. */
  readonly escape?: (text: string) => string;
  readonly fallback?: boolean;
}

/** A message with one attachment: the object as its author, the event's message as its text, the metadata as its fields. */
export function slackMessage({ event }: Delivery, form: SlackForm): object {
  const { escape = asItIs, longest } = form;
  const author = titleOf(event);
  const text = escape(messageOf(event, longest.text));
  const fields = metadataOf(event, longest).map(([title, value]) => ({
    title: escape(title),
    value: escape(value),
    short: false,
  }));
  return {
    channel: form.channel,
    username: form.username,
    icon_url: '',
    icon_emoji: '',
    attachments: [
      {
        fallback: form.fallback ? `${author}: ${text.split('\n', 1)[0]}` : '',
        color: form.color,
        author_name: author,
        text,
        mrkdwn_in: ['text'],
        fields,
      },
    ],
  };
}

/** Slack's names of colours. */
export function slackColor({ event }: Delivery): string {
  return event.severity === 'error' ? 'danger' : 'good';
}

function asItIs(text: string): string {
  return text;
}

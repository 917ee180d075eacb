import { rememberSecret } from '../../redact.ts';
import type { Recipient, Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { postJson } from '../post-json.ts';
import { messageOf, metadataOf } from './event-text.ts';
import { explain } from './explain.ts';
import { misconfigured, needed } from './needed.ts';

const API = 'https://api.telegram.org';
/** Of a message, once its escapes are read. */
const LONGEST = 4096;
const LONGEST_METADATA = { value: 300, all: 2000 };

/** Telegram: a message of a bot. The channel is a chat's id, `id:topic` or `@name`; an address is ignored. */
export const sendTelegram: Sender = async (deps, delivery) => {
  const { recipient, event } = delivery;
  const [chat = '', ...rest] = needed(recipient, 'channel').split(':');
  const thread = rest.join(':');
  await postJson(deps, delivery, {
    service: 'Telegram',
    address: `${API}/bot${botToken(recipient)}/sendMessage`,
    body: {
      chat_id: chat,
      ...(thread !== '' && { message_thread_id: thread }),
      text: textOf(event),
      parse_mode: 'MarkdownV2',
    },
    explain,
  });
};

/** It becomes a part of the path. */
function botToken(recipient: Recipient): string {
  const token = needed(recipient, 'token');
  rememberSecret(token);
  if (/^[\w:-]+$/.test(token)) return token;
  throw misconfigured(
    recipient,
    'has a token that is none of a bot (<number>:<letters>); correct the key token in its Secret',
  );
}

function textOf(event: FluxEvent): string {
  const { kind, name, namespace } = event.involvedObject;
  const heading = `${event.severity === 'error' ? '🚨' : '💫'} ${kind.toLowerCase()}/${name}/${namespace}`;
  const metadata = metadataOf(event, LONGEST_METADATA);
  const told = metadata.map(([key, value]) => `- ${key}: ${value}\n`).join('').length;
  const message = messageOf(event, LONGEST - heading.length - told - 2);
  const lines = metadata.map(([key, value]) => `\\- *${escape(key)}*: ${escape(value)}\n`);
  return `*${escape(heading)}*\n${escape(message)}\n${lines.join('')}`;
}

/** https://core.telegram.org/bots/api#markdownv2-style: an unescaped one of these is refused. */
function escape(text: string): string {
  return text.replace(/[\\.\-_[\]()~>`#+=|{}!*]/g, '\\$&');
}

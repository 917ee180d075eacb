import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const HOOK = { address: 'https://hooks.example.org/in' };
const BOT = { address: 'https://api.example.org/in', token: 't1', channel: 'room' };

const bytes = (body: string) => Buffer.byteLength(body);

interface Embed {
  readonly author_name: string;
  readonly text: string;
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

/** All that counts of a message in Slack's form. */
function embedded(body: string): number {
  const { attachments } = JSON.parse(body) as { readonly attachments: readonly Embed[] };
  const texts = attachments.flatMap(({ author_name: author, text, fields }) => [
    author,
    text,
    ...fields.flatMap(({ title, value }) => [title, value]),
  ]);
  return texts.join('').length;
}

function detailed(body: string): number {
  const { details } = JSON.parse(body) as { readonly details: Readonly<Record<string, string>> };
  return Object.entries(details).flat().join('').length;
}

/** What the services take at most, by their documentation. */
const BOUNDS: readonly (readonly [ProviderType, Partial<Recipient>, number, (body: string) => number])[] = [
  ['discord', HOOK, 6000, embedded],
  ['msteams', HOOK, 28 * 1024, bytes],
  ['msteams', { address: 'https://acme.webhook.office.com/1' }, 28 * 1024, bytes],
  ['googlechat', HOOK, 32_000, bytes],
  ['lark', HOOK, 20 * 1024, bytes],
  ['matrix', BOT, 60 * 1024, bytes],
  ['webex', BOT, 7439, bytes],
  ['opsgenie', BOT, 8000, detailed],
];

describe('a message with all that an object may carry', () => {
  const metadata = (value: string) =>
    Object.fromEntries([
      ['summary', 'Europe'],
      ...Array.from({ length: 100 }, (_, at) => [`key-${at}`, value.repeat(200)]),
    ]);

  it.each(BOUNDS)('is no longer than %s takes: %o', async (type, recipient, most, size) => {
    for (const value of ['a', '日', '😀']) {
      const event = eventOf('error', { message: value.repeat(20_000), metadata: metadata(value) });
      const { body } = await service.tell(type, recipient, event);
      expect(size(body)).toBeLessThanOrEqual(most);
      expect(body).toContain('Europe');
      expect(body).toContain('key-0');
    }
  });

  it('is all there where there is room', async () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`key-${at}`, 'v'.repeat(100)]));
    for (const [type, recipient] of BOUNDS) {
      const { body } = await service.tell(type, recipient, eventOf('info', { metadata: ten }));
      expect(Object.keys(ten).filter((key) => !body.includes(key))).toEqual([]);
    }
  });
});

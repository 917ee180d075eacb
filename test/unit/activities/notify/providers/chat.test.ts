import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import { eventOf, useNotifiedService } from '../../../../support/notified-service.ts';

const service = useNotifiedService();

const METADATA = [
  ['summary', 'Europe: west'],
  ['env', 'prod'],
  ['revision', 'main@sha1:1a2b3c'],
] as const;
const TITLE = 'kustomization/apps.flux-system';
const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';

/** What both events become. */
async function tell(type: ProviderType, recipient: Partial<Recipient>) {
  const info = await service.tell(type, recipient, eventOf('info'));
  return { info, error: await service.tell(type, recipient, eventOf('error')) };
}

describe('what chats are told', () => {
  it('posts an Adaptive Card to a workflow of Teams', async () => {
    const told = await tell('msteams', { address: 'https://prod.logic.azure.com/workflows/1?sig=x' });
    const card = (message: object) => ({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            body: [
              {
                type: 'Container',
                items: [
                  { type: 'TextBlock', text: TITLE, size: 'large', weight: 'bolder', wrap: true },
                  { type: 'TextBlock', wrap: true, ...message },
                  { type: 'FactSet', facts: METADATA.map(([title, value]) => ({ title, value })) },
                ],
              },
            ],
            msteams: { width: 'Full' },
          },
        },
      ],
    });
    expect(told.info.json).toEqual(card({ text: DONE }));
    expect(told.error.json).toEqual(card({ text: FAILED, color: 'attention' }));
  });

  it.each([
    ['https://acme.webhook.office.com/webhookb2/1', true],
    ['https://acme.webhook.office.com:443/webhookb2/1', true],
    ['https://acme.webhook.office.com.example.org/1', false],
  ])('posts to Teams at %s the older card: %s', async (address, isOlder) => {
    const told = await tell('msteams', { address });
    const isCard = (body: unknown) => typeof body === 'object' && body !== null && '@type' in body;
    expect(isCard(told.info.json)).toBe(isOlder);
    if (!isOlder) return;
    const section = (activityTitle: string) => ({
      activityTitle,
      activitySubtitle: TITLE,
      facts: METADATA.map(([name, value]) => ({ name, value })),
    });
    const frame = { '@type': 'MessageCard', '@context': 'http://schema.org/extensions', summary: TITLE };
    expect(told.info.json).toEqual({ ...frame, themeColor: '0076D7', sections: [section(DONE)] });
    expect(told.error.json).toEqual({ ...frame, themeColor: 'FF0000', sections: [section(FAILED)] });
  });

  it.each([
    ['@team', { chat_id: '@team' }],
    ['-100123', { chat_id: '-100123' }],
    ['-100123:7', { chat_id: '-100123', message_thread_id: '7' }],
    ['-100123:', { chat_id: '-100123' }],
  ])('posts to %s of Telegram, whatever the address is', async (channel, target) => {
    const told = await tell('telegram', { address: 'https://elsewhere', channel, token: '12:ab-C_d' });
    expect(told.info.to).toBe('https://api.telegram.org/bot12:ab-C_d/sendMessage');
    expect(told.info.json).toEqual({
      ...target,
      parse_mode: 'MarkdownV2',
      text: [
        '*💫 kustomization/apps/flux\\-system*',
        'Reconciliation finished in 1\\.2s\nnext run in 10m0s',
        '\\- *summary*: Europe: west',
        '\\- *env*: prod',
        '\\- *revision*: main@sha1:1a2b3c\n',
      ].join('\n'),
    });
    expect(told.error.json).toMatchObject({
      text: expect.stringContaining(
        '*🚨 kustomization/apps/flux\\-system*\ntimeout waiting for: \\[',
      ) as string,
    });
  });

  it('posts a card to Google Chat, an error in red', async () => {
    const address = 'https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t';
    const told = await tell('googlechat', { address });
    const unset = { bottomLabel: null, icon: null };
    const card = (text: string) => ({
      cards: [
        {
          header: { title: TITLE, subtitle: 'kustomize-controller', imageUrl: null, imageStyle: null },
          sections: [
            { header: '', widgets: [{ textParagraph: { text }, keyValue: null }] },
            {
              header: '',
              widgets: METADATA.map(([topLabel, content]) => ({
                textParagraph: null,
                keyValue: { topLabel, content, contentMultiline: false, ...unset },
              })),
            },
          ],
        },
      ],
    });
    expect(told.info.to).toBe(address);
    expect(told.info.json).toEqual(card(DONE));
    expect(told.error.json).toEqual(card(`<font color="#ff0000">${FAILED}</font>`));
  });

  it('puts a text into a room of Matrix, with a transaction that is the same for each attempt', async () => {
    const recipient = { address: 'https://matrix.example.org/', channel: '!r:example.org', token: 'syt_1' };
    const told = await tell('matrix', recipient);
    expect(told.info.method).toBe('PUT');
    expect(told.info.to).toMatch(
      /^https:\/\/matrix\.example\.org\/_matrix\/client\/r0\/rooms\/!r:example\.org\/send\/m\.room\.message\/[0-9a-f]{64}$/,
    );
    expect(told.error.to).toBe(told.info.to); // the same key
    expect(told.info.headers.authorization).toBe('Bearer syt_1');
    const facts = '- summary: Europe: west\n- env: prod\n- revision: main@sha1:1a2b3c\n';
    expect(told.info.json).toEqual({ msgtype: 'm.text', body: `💫 ${TITLE}\n${DONE}\n${facts}` });
    expect(told.error.json).toEqual({ msgtype: 'm.text', body: `🚨 ${TITLE}\n${FAILED}\n${facts}` });
    const other = await service.tell('matrix', recipient, eventOf('info'), { key: 'key-2' });
    expect(other.to).not.toBe(told.info.to);
  });

  it.each([
    ['!r:example.org', '!r:example.org'],
    ['!r%3Aexample.org', '!r%3Aexample.org'],
    ['#a/b?c:example.org', '%23a%2Fb%3Fc:example.org'],
  ])('finds the room %s of Matrix', async (channel, room) => {
    const recipient = { address: 'https://matrix.example.org', channel, token: 'syt_1' };
    const told = await service.tell('matrix', recipient, eventOf('info'));
    expect(told.to).toContain(`/_matrix/client/r0/rooms/${room}/send/m.room.message/`);
  });

  it('posts Markdown to a room of Webex', async () => {
    const address = 'https://webexapis.com/v1/messages';
    const told = await tell('webex', { address, channel: 'room', token: 'w1' });
    expect(told.info.headers.authorization).toBe('Bearer w1');
    const facts = '>**summary**: Europe: west\n>**env**: prod\n>**revision**: main@sha1:1a2b3c\n';
    expect(told.info.json).toEqual({ roomId: 'room', markdown: `✅ **${TITLE}**\n${DONE}\n${facts}` });
    expect(told.error.json).toEqual({ roomId: 'room', markdown: `💣 **${TITLE}**\n${FAILED}\n${facts}` });
  });

  it('posts a card to Lark', async () => {
    service.body = '{"code":0}';
    const told = await tell('lark', { address: 'https://open.larksuite.com/open-apis/bot/v2/hook/1' });
    const card = (emoji: string, template: string, message: string) => ({
      msg_type: 'interactive',
      card: {
        config: { wide_screen_mode: true },
        header: { title: { tag: 'plain_text', content: `${emoji} ${TITLE}` }, template },
        elements: [
          {
            tag: 'div',
            text: {
              tag: 'lark_md',
              content: `**${message}**\n\nsummary: Europe: west\nenv: prod\nrevision: main@sha1:1a2b3c\n`,
            },
          },
        ],
      },
    });
    expect(told.info.json).toEqual(card('💫', 'turquoise', DONE));
    expect(told.error.json).toEqual(card('🚨', 'red', FAILED));
  });

  it('posts a form to a topic of Zulip, as a bot', async () => {
    const recipient = {
      address: 'https://acme.zulipchat.com/x',
      channel: 'ops/flux/eu',
      username: 'bot@acme',
    };
    const told = await tell('zulip', { ...recipient, password: 'secret-1' });
    expect(told.info.to).toBe('https://acme.zulipchat.com/api/v1/messages');
    expect(told.info.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('bot@acme:secret-1').toString('base64')}`,
    });
    const form = (emoji: string, message: string) => ({
      type: 'stream',
      to: 'ops',
      topic: 'flux/eu',
      content: [
        '## Flux Status',
        `${emoji} Kustomization/flux-system/apps`,
        message,
        'Metadata:\n* `env`: prod\n* `revision`: main@sha1:1a2b3c\n* `summary`: Europe: west\n',
      ].join('\n\n'),
    });
    expect(Object.fromEntries(new URLSearchParams(told.info.body))).toEqual(form('ℹ️', DONE));
    expect(Object.fromEntries(new URLSearchParams(told.error.body))).toEqual(form('⚠️', FAILED));
  });

  it.each([
    ['https://integrations.zoom.us/chat/1', 'https://integrations.zoom.us/chat/1?format=full'],
    [
      'https://integrations.zoom.us/chat/1?format=message',
      'https://integrations.zoom.us/chat/1?format=message',
    ],
  ])('posts to Zoom at %s with the bare token', async (address, to) => {
    const told = await tell('zoom', { address, token: 'z1' });
    expect(told.info.to).toBe(to);
    expect(told.info.headers.authorization).toBe('z1');
    const content = (severity: string, text: string) => ({
      content: {
        head: { text: TITLE, sub_head: { text: severity } },
        body: [
          { type: 'message', text },
          { type: 'fields', items: METADATA.map(([key, value]) => ({ key, value })) },
        ],
      },
    });
    expect(told.info.json).toEqual(content('info', DONE));
    expect(told.error.json).toEqual(content('error', FAILED));
  });
});

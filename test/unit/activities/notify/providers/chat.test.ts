import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import {
  deliveryOf,
  eventOf,
  type NotifiedService,
  startNotifiedService,
} from '../../../../support/notified-service.ts';

let service: NotifiedService;
beforeAll(async () => {
  service = await startNotifiedService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  service.requests.length = 0;
  service.answer = (response) => void response.end();
});

const METADATA = [
  ['summary', 'Europe: west'],
  ['env', 'prod'],
  ['revision', 'main@sha1:1a2b3c'],
] as const;
const FIELDS = METADATA.map(([title, value]) => ({ title, value, short: false }));
const TITLE = 'kustomization/apps.flux-system';
const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';

/** Posts both events and answers what was told. */
async function tell(type: ProviderType, recipient: Partial<Recipient>) {
  for (const severity of ['info', 'error'] as const) {
    await SENDERS[type]?.(service.deps, deliveryOf(type, recipient, eventOf(severity)));
  }
  const [info, error] = service.requests;
  if (!info || !error) throw new Error(`${service.requests.length} requests`);
  return { info, error, infoBody: json(info.body), errorBody: json(error.body) };
}

function json(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : text;
}

function attachment(own: object) {
  return { author_name: TITLE, mrkdwn_in: ['text'], fields: FIELDS, ...own };
}

describe('what chats are told', () => {
  it('posts an attachment to Slack, by its API with a token', async () => {
    service.answer = (response) => void response.end('{"ok":true}');
    const address = 'https://slack.com/api/chat.postMessage';
    const told = await tell('slack', { address, token: 'xoxb-1', channel: 'general' });
    expect(told.info).toMatchObject({ to: address, method: 'POST' });
    expect(told.info.headers).toMatchObject({
      authorization: 'Bearer xoxb-1',
      'content-type': 'application/json',
    });
    const frame = { channel: 'general', username: 'kustomize-controller', icon_url: '', icon_emoji: '' };
    expect(told.infoBody).toEqual({
      ...frame,
      attachments: [
        attachment({
          color: 'good',
          fallback: `${TITLE}: Reconciliation finished in 1.2s`,
          text: DONE,
        }),
      ],
    });
    expect(told.errorBody).toEqual({
      ...frame,
      attachments: [attachment({ color: 'danger', fallback: `${TITLE}: ${FAILED}`, text: FAILED })],
    });
  });

  it('posts to a webhook of Slack without a token, under a name of its own', async () => {
    service.answer = (response) => void response.end('ok');
    const told = await tell('slack', { address: 'https://hooks.slack.com/services/T/B/x', username: 'flux' });
    expect(told.info.headers.authorization).toBeUndefined();
    expect(told.infoBody).toMatchObject({ username: 'flux', channel: '' });
  });

  it.each([
    ['/api/webhooks/1/abc', '/api/webhooks/1/abc/slack'],
    ['/api/webhooks/1/abc/', '/api/webhooks/1/abc/slack'],
    ['/api/webhooks/1/abc/slack', '/api/webhooks/1/abc/slack'],
    ['/api/webhooks/1/abc?thread_id=7', '/api/webhooks/1/abc/slack?thread_id=7'],
  ])("posts in Slack's form to Discord at %s", async (path, to) => {
    const told = await tell('discord', { address: `https://discord.com${path}`, channel: 'ignored' });
    expect(told.info.to).toBe(`https://discord.com${to}`);
    const frame = { channel: '', username: 'kustomize-controller', icon_url: '', icon_emoji: '' };
    expect(told.infoBody).toEqual({
      ...frame,
      attachments: [attachment({ color: 'good', fallback: '', text: DONE })],
    });
    expect(told.errorBody).toMatchObject({ attachments: [{ color: 'danger', text: FAILED }] });
  });

  it('leaves out what Discord refuses: empty values, and fields beyond the 25th', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, at === 3 ? ' ' : 'v']));
    const delivery = deliveryOf(
      'discord',
      { address: 'https://discord.com/api/webhooks/1/a' },
      eventOf('info', { metadata: many }),
    );
    await SENDERS.discord?.(service.deps, delivery);
    const body = JSON.parse(service.requests[0]?.body ?? '') as {
      attachments: [{ fields: { value: string }[] }];
    };
    const values = body.attachments[0].fields.map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 25 }, () => 'v'));
  });

  it("posts in Slack's form to Rocket.Chat, with colours of its own", async () => {
    const told = await tell('rocket', { address: 'https://chat/hooks/1', channel: '#ops', username: 'flux' });
    expect(told.infoBody).toMatchObject({
      channel: '#ops',
      username: 'flux',
      attachments: [{ color: '#0076D7', author_name: TITLE, text: DONE, fields: FIELDS }],
    });
    expect(told.errorBody).toMatchObject({ attachments: [{ color: '#FF0000', text: FAILED }] });
  });

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
    expect(told.infoBody).toEqual(card({ text: DONE }));
    expect(told.errorBody).toEqual(card({ text: FAILED, color: 'attention' }));
  });

  it.each([
    ['https://acme.webhook.office.com/webhookb2/1', true],
    ['https://acme.webhook.office.com:443/webhookb2/1', true],
    ['https://acme.webhook.office.com.example.org/1', false],
  ])('posts to Teams at %s the older card: %s', async (address, isOlder) => {
    const told = await tell('msteams', { address });
    const isCard = (body: unknown) => typeof body === 'object' && body !== null && '@type' in body;
    expect(isCard(told.infoBody)).toBe(isOlder);
    if (!isOlder) return;
    const section = (activityTitle: string) => ({
      activityTitle,
      activitySubtitle: TITLE,
      facts: METADATA.map(([name, value]) => ({ name, value })),
    });
    const frame = { '@type': 'MessageCard', '@context': 'http://schema.org/extensions', summary: TITLE };
    expect(told.infoBody).toEqual({ ...frame, themeColor: '0076D7', sections: [section(DONE)] });
    expect(told.errorBody).toEqual({ ...frame, themeColor: 'FF0000', sections: [section(FAILED)] });
  });

  it.each([
    ['@team', { chat_id: '@team' }],
    ['-100123', { chat_id: '-100123' }],
    ['-100123:7', { chat_id: '-100123', message_thread_id: '7' }],
  ])('posts to %s of Telegram, whatever the address is', async (channel, target) => {
    const told = await tell('telegram', { address: 'https://elsewhere', channel, token: '12:ab-C_d' });
    expect(told.info.to).toBe('https://api.telegram.org/bot12:ab-C_d/sendMessage');
    expect(told.infoBody).toEqual({
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
    expect(told.errorBody).toMatchObject({
      text: expect.stringContaining(
        '*🚨 kustomization/apps/flux\\-system*\ntimeout waiting for: \\[',
      ) as string,
    });
  });

  it('posts a card to Google Chat, an error in red', async () => {
    const address = 'https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t';
    const told = await tell('googlechat', { address });
    const card = (text: string) => ({
      cards: [
        {
          header: { title: TITLE, subtitle: 'kustomize-controller' },
          sections: [
            { widgets: [{ textParagraph: { text } }] },
            {
              widgets: METADATA.map(([topLabel, content]) => ({
                keyValue: { topLabel, content, contentMultiline: false },
              })),
            },
          ],
        },
      ],
    });
    expect(told.info.to).toBe(address);
    expect(told.infoBody).toEqual(card(DONE));
    expect(told.errorBody).toEqual(card(`<font color="#ff0000">${FAILED}</font>`));
  });

  it('puts a text into a room of Matrix, with a transaction that is the same for each attempt', async () => {
    const recipient = { address: 'https://matrix.example.org/', channel: '!r:example.org', token: 'syt_1' };
    const told = await tell('matrix', recipient);
    expect(told.info.method).toBe('PUT');
    expect(told.info.to).toMatch(
      /^https:\/\/matrix\.example\.org\/_matrix\/client\/r0\/rooms\/!r%3Aexample\.org\/send\/m\.room\.message\/[0-9a-f]{64}$/,
    );
    expect(told.error.to).toBe(told.info.to); // the same key
    expect(told.info.headers.authorization).toBe('Bearer syt_1');
    const facts = '- summary: Europe: west\n- env: prod\n- revision: main@sha1:1a2b3c\n';
    expect(told.infoBody).toEqual({ msgtype: 'm.text', body: `💫 ${TITLE}\n${DONE}\n${facts}` });
    expect(told.errorBody).toEqual({ msgtype: 'm.text', body: `🚨 ${TITLE}\n${FAILED}\n${facts}` });
    const other = deliveryOf('matrix', recipient, eventOf('info'), { key: 'key-2' });
    await SENDERS.matrix?.(service.deps, other);
    expect(service.requests[2]?.to).not.toBe(told.info.to);
  });

  it('posts Markdown to a room of Webex', async () => {
    const address = 'https://webexapis.com/v1/messages';
    const told = await tell('webex', { address, channel: 'room', token: 'w1' });
    expect(told.info.headers.authorization).toBe('Bearer w1');
    const facts = '>**summary**: Europe: west\n>**env**: prod\n>**revision**: main@sha1:1a2b3c\n';
    expect(told.infoBody).toEqual({ roomId: 'room', markdown: `✅ **${TITLE}**\n${DONE}\n${facts}` });
    expect(told.errorBody).toEqual({ roomId: 'room', markdown: `💣 **${TITLE}**\n${FAILED}\n${facts}` });
  });

  it('posts a card to Lark', async () => {
    service.answer = (response) => void response.end('{"code":0}');
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
    expect(told.infoBody).toEqual(card('💫', 'turquoise', DONE));
    expect(told.errorBody).toEqual(card('🚨', 'red', FAILED));
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
    expect(told.infoBody).toEqual(content('info', DONE));
    expect(told.errorBody).toEqual(content('error', FAILED));
  });
});

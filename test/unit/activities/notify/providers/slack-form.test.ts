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
const FIELDS = METADATA.map(([title, value]) => ({ title, value, short: false }));
const TITLE = 'kustomization/apps.flux-system';
const DONE = 'Reconciliation finished in 1.2s\nnext run in 10m0s';
const FAILED = 'timeout waiting for: [Deployment/web]';

/** What both events become. */
async function tell(type: ProviderType, recipient: Partial<Recipient>) {
  const info = await service.tell(type, recipient, eventOf('info'));
  return { info, error: await service.tell(type, recipient, eventOf('error')) };
}

function attachment(own: object) {
  return { author_name: TITLE, mrkdwn_in: ['text'], fields: FIELDS, ...own };
}

describe("what services are told in Slack's form", () => {
  it('posts an attachment to Slack, by its API with a token', async () => {
    service.body = '{"ok":true}';
    const address = 'https://slack.com/api/chat.postMessage';
    const told = await tell('slack', { address, token: 'xoxb-1', channel: 'general' });
    expect(told.info).toMatchObject({ to: address, method: 'POST' });
    expect(told.info.headers).toMatchObject({
      authorization: 'Bearer xoxb-1',
      'content-type': 'application/json',
    });
    const frame = { channel: 'general', username: 'kustomize-controller', icon_url: '', icon_emoji: '' };
    expect(told.info.json).toEqual({
      ...frame,
      attachments: [
        attachment({
          color: 'good',
          fallback: `${TITLE}: Reconciliation finished in 1.2s`,
          text: DONE,
        }),
      ],
    });
    expect(told.error.json).toEqual({
      ...frame,
      attachments: [attachment({ color: 'danger', fallback: `${TITLE}: ${FAILED}`, text: FAILED })],
    });
  });

  it('posts to a webhook of Slack without a token, under a name of its own', async () => {
    service.body = 'ok';
    const told = await tell('slack', { address: 'https://hooks.slack.com/services/T/B/x', username: 'flux' });
    expect(told.info.headers.authorization).toBeUndefined();
    expect(told.info.json).toMatchObject({ username: 'flux', channel: '' });
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
    expect(told.info.json).toEqual({
      ...frame,
      attachments: [attachment({ color: 'good', fallback: '', text: DONE })],
    });
    expect(told.error.json).toMatchObject({ attachments: [{ color: 'danger', text: FAILED }] });
  });

  it('leaves out what Discord refuses: empty values, and fields beyond the 25th', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, at === 3 ? ' ' : 'v']));
    const address = 'https://discord.com/api/webhooks/1/a';
    const { json } = await service.tell('discord', { address }, eventOf('info', { metadata: many }));
    const body = json as { attachments: [{ fields: { value: string }[] }] };
    const values = body.attachments[0].fields.map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 25 }, () => 'v'));
  });

  it("posts in Slack's form to Rocket.Chat, with colours of its own", async () => {
    const told = await tell('rocket', { address: 'https://chat/hooks/1', channel: '#ops', username: 'flux' });
    expect(told.info.json).toMatchObject({
      channel: '#ops',
      username: 'flux',
      attachments: [{ color: '#0076D7', author_name: TITLE, text: DONE, fields: FIELDS }],
    });
    expect(told.error.json).toMatchObject({ attachments: [{ color: '#FF0000', text: FAILED }] });
  });
});

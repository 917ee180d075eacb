import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recipient } from '../../../../../activities/notify/contract.ts';
import type { FluxEvent } from '../../../../../activities/notify/event.ts';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import type { ProviderType } from '../../../../../api/provider.ts';
import {
  answering,
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
});

const SECRET = 'S3cretS3cretS3cretS3cretS3cretS3cret';
const HOOK = { address: `https://hooks.example.org/in/${SECRET}` };
const TOKEN = { address: 'https://api.example.org/in', token: SECRET };
const KEY = `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=${SECRET};EntityPath=hub`;

/** Every service that is posted to, with a secret wherever it takes one. */
const SERVICES: readonly (readonly [ProviderType, string, Partial<Recipient>])[] = [
  ['slack', 'Slack', HOOK],
  ['slack', 'Slack', { address: 'https://slack.com/api/chat.postMessage', token: SECRET }],
  ['discord', 'Discord', HOOK],
  ['msteams', 'Microsoft Teams', HOOK],
  ['rocket', 'Rocket.Chat', HOOK],
  ['googlechat', 'Google Chat', { address: `https://chat.example.org/m?key=${SECRET}&token=${SECRET}` }],
  ['telegram', 'Telegram', { token: SECRET, channel: '-1' }],
  ['lark', 'Lark', HOOK],
  ['matrix', 'Matrix', { ...TOKEN, channel: '!a:b' }],
  ['webex', 'Webex', { ...TOKEN, channel: 'room' }],
  ['zulip', 'Zulip', { ...HOOK, channel: 'a/b', username: 'bot', password: SECRET }],
  ['zoom', 'Zoom', TOKEN],
  ['alertmanager', 'Alertmanager', TOKEN],
  ['grafana', 'Grafana', { ...HOOK, username: 'u', password: SECRET }],
  ['pagerduty', 'PagerDuty', { ...HOOK, channel: SECRET }],
  ['opsgenie', 'Opsgenie', TOKEN],
  ['incident.io', 'incident.io', TOKEN],
  ['datadog', 'Datadog', TOKEN],
  ['sentry', 'Sentry', { address: `https://${SECRET}@sentry.example.org/7` }],
  ['otel', 'OpenTelemetry', TOKEN],
  ['azureeventhub', 'Azure Event Hubs', { address: KEY }],
];

function send(type: ProviderType, recipient: Partial<Recipient>, event: FluxEvent, signal?: AbortSignal) {
  const sender = SENDERS[type];
  if (!sender) throw new Error(`no sender for ${type}`);
  return sender(service.deps, deliveryOf(type, recipient, event, signal ? { signal } : {}));
}

async function failure(...args: Parameters<typeof send>): Promise<Record<string, unknown>> {
  const thrown: unknown = await send(...args).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ type: 'NotificationDispatchFailed' });
  const shown = `${(thrown as Error).message} ${JSON.stringify(thrown)}`;
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 40));
  return thrown as Record<string, unknown>;
}

describe.each(SERVICES)('%s', (type, name, recipient) => {
  const event = eventOf('error');

  it.each([
    [200, '{"ok":true}'],
    [201, '{"ok":true}'],
    [202, '{"ok":true}'],
  ])('is content with %i', async (status, body) => {
    service.answer = answering(status, body);
    await expect(send(type, recipient, event)).resolves.toBeUndefined();
  });

  it.each([400, 401, 403, 404, 410, 422])('fails for good at %i', async (status) => {
    service.answer = answering(status);
    expect(await failure(type, recipient, event)).toMatchObject({
      nonRetryable: true,
      message: `${name}: the server answers HTTP ${status}`,
    });
  });

  it.each([429, 500, 502, 503])('may pass at %i, after the wait that is asked for', async (status) => {
    service.answer = answering(status, '', { 'Retry-After': '7' });
    expect(await failure(type, recipient, event)).toMatchObject({
      nonRetryable: false,
      nextRetryDelay: 7000,
      message: `${name}: the server answers HTTP ${status}`,
    });
  });

  it('tells what the service says of its refusal, and none of what it repeats', async () => {
    const words = 'the channel is archived';
    service.answer = (response, { to, headers, body }) =>
      answering(
        400,
        JSON.stringify({
          error: `${words} ${to} ${to.replace(/^\w+:\/\//, '')} ${String(headers.authorization)} ${body.slice(0, 4000)}`,
        }),
      )(response);
    const { message } = await failure(type, recipient, event);
    expect(message).toContain(`${name}: the server answers HTTP 400: ${words}`);
    expect(String(message).length).toBeLessThan(400);
  });

  it('says nothing of a page', async () => {
    service.answer = answering(404, '<html><body>no such thing</body></html>');
    expect(await failure(type, recipient, event)).toMatchObject({
      message: `${name}: the server answers HTTP 404`,
    });
  });

  it('may pass when nobody answers in time', async () => {
    service.answer = () => undefined;
    expect(await failure(type, recipient, event, AbortSignal.timeout(30))).toMatchObject({
      nonRetryable: false,
      message: `${name}: the server did not answer in time`,
    });
  });

  it('may pass when the connection breaks off', async () => {
    service.answer = (response) => void response.destroy();
    expect(await failure(type, recipient, event)).toMatchObject({
      nonRetryable: false,
      message: `${name}: the connection broke off`,
    });
  });

  it('sends what is hostile as text, and bounded', async () => {
    service.answer = answering(200, '{"ok":true}');
    const hostile = `<!channel> <@all> "'\`*_~|\\ \u0000\u001b[31m \ud83d\ude00 \ud800 <script> ${'x'.repeat(100_000)}`;
    const metadata = { summary: hostile, '"<b>': hostile };
    await send(type, recipient, eventOf('error', { message: hostile, metadata }));
    const [told] = service.requests;
    const body = told?.body ?? '';
    const text = body.startsWith('type=') ? String(new URLSearchParams(body).get('content')) : body;
    // As a character and as JSON writes them.
    const unseen = ['\u0000', '\u001b', '\\u0000', '\\u001b', '\\ud800'].filter((char) =>
      text.includes(char),
    );
    expect(KEEPS.has(type) ? [] : unseen).toEqual([]);
    expect(body.length).toBeLessThan(KEEPS.has(type) ? 500_000 : 70_000);
    expect(MENTIONS.has(type) ? text : '').not.toMatch(/<[!@]/);
  });
});

/** Somebody who annotates an object could call everybody of a room. */
const MENTIONS: ReadonlySet<string> = new Set(['lark', 'slack', 'webex']);

/** Machines get the metadata, or all of the event, as it is. */
const KEEPS: ReadonlySet<string> = new Set([
  'alertmanager',
  'azureeventhub',
  'datadog',
  'incident.io',
  'opsgenie',
  'otel',
  'pagerduty',
  'sentry',
]);

describe('a message', () => {
  it.each([
    ['slack', HOOK, '&lt;!channel&gt; &amp; *x*'],
    ['googlechat', HOOK, '&lt;!channel&gt; &amp; *x*'],
    ['webex', { ...TOKEN, channel: 'room' }, '&lt;!channel&gt; &amp; *x*'],
    ['lark', HOOK, '&#60;!channel&#62; & *x*'],
    ['telegram', { token: SECRET, channel: '-1' }, '<\\\\!channel\\\\> & \\\\*x\\\\*'],
    ['matrix', { ...TOKEN, channel: '!a:b' }, '<!channel> & *x*'],
  ] as const)('as %s takes it cannot mention anybody', async (type, recipient, text) => {
    service.answer = answering(200);
    await send(type, recipient, eventOf('error', { message: '<!channel> & *x*' }));
    expect(service.requests[0]?.body).toContain(text);
  });

  it('to Telegram is no longer than a message may be', async () => {
    service.answer = answering(200);
    const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, 'v'.repeat(90)]));
    const event = eventOf('error', { message: '.'.repeat(10_000), metadata });
    await send('telegram', { token: SECRET, channel: '-1' }, event);
    const { text } = JSON.parse(service.requests[0]?.body ?? '') as { text: string };
    expect(text.replace(/\\(.)/g, '$1').length).toBeLessThanOrEqual(4096 + '**'.length + 100 * '**'.length);
    expect(text).toMatch(/…\n\\- \*k0\*: v+\n/);
  });
});

describe('what services say in an answer of success', () => {
  const slack = { address: 'https://slack.com/api/chat.postMessage', token: SECRET };
  const standIn = { address: 'https://gateway/api/chat.postMessage', token: SECRET };

  it.each([
    [
      'slack',
      slack,
      '{"ok":false,"error":"channel_not_found"}',
      true,
      /^Slack responded with error: channel_not_found$/,
    ],
    [
      'slack',
      slack,
      '{"ok":false,"error":"ratelimited"}',
      false,
      /^Slack responded with error: ratelimited$/,
    ],
    ['slack', slack, `{"ok":false,"error":"no ${SECRET}"}`, false, /cannot be read/],
    ['slack', slack, '<html>', false, /cannot be read/],
    ['slack', slack, '', false, /cannot be read/],
    ['slack', standIn, '{"ok":false,"error":"not_in_channel"}', true, /error: not_in_channel$/],
    [
      'lark',
      HOOK,
      '{"code":19024,"msg":"Key Words Not Found"}',
      true,
      /^Lark: .* code 19024: Key Words Not Found$/,
    ],
    ['lark', HOOK, '{"code":9499,"msg":"Too Many Requests"}', false, /^Lark: .* code 9499/],
    ['otel', TOKEN, '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}', true, /rejects the span/],
  ] as const)('%s: %o %s is a failure for good: %s', async (...row) => {
    const [type, recipient, body, nonRetryable, message] = row;
    service.answer = answering(200, body);
    const error = await failure(type, recipient, eventOf('error'));
    expect(error).toMatchObject({ nonRetryable });
    expect(error['message']).toMatch(message);
  });

  it.each([
    ['slack', HOOK, 'ok'],
    ['slack', standIn, 'ok'],
    ['slack', standIn, '{}'],
    ['lark', HOOK, '{"StatusCode":0,"code":0}'],
    ['lark', HOOK, 'garbage'],
    ['otel', TOKEN, '{"partialSuccess":{}}'],
    ['otel', TOKEN, '{"partialSuccess":{"rejectedSpans":"0"}}'],
    ['discord', HOOK, 'garbage'],
  ] as const)('%s: %o %s is fine', async (type, recipient, body) => {
    service.answer = answering(200, body);
    await expect(send(type, recipient, eventOf('error'))).resolves.toBeUndefined();
  });
});

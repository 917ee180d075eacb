import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import type { Delivery, Recipient, Sender } from '../../../../../activities/notify/contract.ts';
import type { FluxEvent } from '../../../../../activities/notify/event.ts';
import { sendGeneric, sendGenericHmac } from '../../../../../activities/notify/providers/generic.ts';
import { golden } from '../../../../support/golden.ts';
import { deliveryOf } from '../../../../support/notified-service.ts';
import { startSink } from '../../../../support/sink.ts';

interface Row {
  readonly event: FluxEvent;
  readonly json: string;
  readonly signature: string;
}

const { shared, rows } = golden<{ readonly key: string }, Row>('activities/notify/fixtures/event.json');
const { event } = rows[0]!;

async function post(sender: Sender, recipient: Partial<Recipient>, more: Partial<Delivery> = {}) {
  const http = createHttpClient();
  onTestFinished(() => http.close());
  await sender({ http }, deliveryOf('generic', recipient, event, { key: 'k1', ...more }));
}

it.each(rows.map((row, index) => ({ index, ...row })))(
  'event $index is posted and signed as by Go',
  async ({ event, json, signature }) => {
    const sink = await startSink();

    await post(sendGenericHmac, { address: sink.url, secret: { token: Buffer.from(shared.key) } }, { event });

    expect(sink.received).toMatchObject([
      {
        body: json,
        headers: {
          'content-type': 'application/json',
          'gotk-component': 'kustomize-controller',
          'x-signature': signature,
          'idempotency-key': 'k1',
        },
      },
    ]);
  },
);

it('generic has no signature, and the headers of the Secret, which come before ours', async () => {
  const sink = await startSink();

  await post(sendGeneric, {
    address: sink.url,
    headers: { 'gotk-component': 'mine', Authorization: 'Bearer t' },
  });

  const [{ headers } = { headers: {} }] = sink.received;
  expect(headers).toMatchObject({ 'gotk-component': 'mine', authorization: 'Bearer t' });
  expect(headers).not.toHaveProperty('x-signature');
});

it.each<{
  readonly name: string;
  readonly given: Readonly<Record<string, string>>;
  readonly seen: Readonly<Record<string, string | undefined>>;
}>([
  { name: 'in small letters', given: { 'content-type': 'text/x' }, seen: { 'content-type': 'text/x' } },
  { name: 'of the client', given: { 'user-agent': 'me' }, seen: { 'user-agent': 'me' } },
  { name: 'in two spellings', given: { 'X-A': 'a', 'x-a': 'b' }, seen: { 'x-a': 'b' } },
  {
    name: 'beyond ASCII, as UTF-8',
    given: { 'X-A': 'é日' },
    seen: { 'x-a': Buffer.from('é日').toString('latin1') },
  },
  {
    name: 'of the connection, which are left out',
    given: {
      Host: 'other.example.org',
      'content-length': '3',
      'Transfer-Encoding': 'chunked',
      Expect: '100-continue',
      Upgrade: 'h2c',
      'Keep-Alive': 'timeout=1',
      Trailer: 'X-A',
    },
    seen: { host: expect.stringContaining('127.0.0.1') as string, connection: 'keep-alive' },
  },
])('headers of the Secret $name', async ({ given, seen }) => {
  const sink = await startSink();

  await post(sendGeneric, { address: sink.url, headers: given });

  const [{ headers, body } = { headers: {}, body: '' }] = sink.received;
  expect(headers).toMatchObject(seen);
  expect(body).toBe(rows[0]!.json);
});

it('a header of the Secret is no signature, and goes before a user in the address', async () => {
  const sink = await startSink();

  await post(sendGenericHmac, {
    address: sink.url.replace('//', '//ada:secret@'),
    secret: { token: Buffer.from(shared.key) },
    headers: { 'X-Signature': 'mine', 'x-signature': 'mine', authorization: 'Bearer t' },
  });

  const wanted = { 'x-signature': rows[0]!.signature, authorization: 'Bearer t' };
  expect(sink.received).toMatchObject([{ headers: wanted }]);
});

it('a user and a password in the address become an Authorization', async () => {
  const sink = await startSink();

  await post(sendGeneric, { address: sink.url.replace('//', '//ada:pass%20word@') });

  const authorization = `Basic ${Buffer.from('ada:pass word').toString('base64')}`;
  expect(sink.received).toMatchObject([{ headers: { authorization } }]);
});

it('a signature needs a token', async () => {
  await expect(post(sendGenericHmac, { address: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    nonRetryable: true,
    message: expect.stringContaining("needs the key 'token'"),
  });
});

describe('a delivery that fails', () => {
  it.each<{ readonly status: number; readonly isFinal: boolean }>([
    { status: 400, isFinal: true },
    { status: 401, isFinal: true },
    { status: 404, isFinal: true },
    { status: 408, isFinal: false },
    { status: 429, isFinal: false },
    { status: 500, isFinal: false },
    { status: 503, isFinal: false },
  ])('with HTTP $status is final: $isFinal', async ({ status, isFinal }) => {
    const sink = await startSink();
    await sink.answer(status);

    await expect(post(sendGeneric, { address: sink.url })).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: isFinal,
      message: `the webhook: the server answers HTTP ${status}`,
    });
  });

  it('with a closed port is tried again, and tells no address', async () => {
    const sink = await startSink();
    await sink.answer(undefined);

    await expect(post(sendGeneric, { address: sink.url })).rejects.toMatchObject({
      nonRetryable: false,
      message: 'the webhook: the server refuses connections',
    });
  });

  it.each([
    { address: '', words: 'must be http:// or https:// with a host' },
    { address: 'ftp://example.com', words: 'must be http:// or https:// with a host' },
    { address: 'http://169.254.169.254/', words: 'link-local or metadata' },
    { address: 'http://exa mple.com/', words: 'white space' },
  ])('at "$address" says what is wrong with it', async ({ address, words }) => {
    await expect(post(sendGeneric, { address })).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining(words),
    });
  });
});

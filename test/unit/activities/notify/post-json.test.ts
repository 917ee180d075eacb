import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpClient, type HttpRequest } from '../../../../activities/fetch/http/client.ts';
import { postJson } from '../../../../activities/notify/post-json.ts';
import { deliveryOf } from '../../../support/notified-service.ts';
import { startSink } from '../../../support/sink.ts';

it('a delivery waits for its answer as long as the Provider says', async () => {
  const sink = await startSink();
  const http = createHttpClient();
  onTestFinished(() => http.close());
  const bounds: (number | undefined)[] = [];
  const request = (wanted: HttpRequest) => {
    bounds.push(wanted.headersMs);
    return http.request(wanted);
  };

  await postJson({ http: { ...http, request } }, deliveryOf('generic', {}), {
    service: 'the webhook',
    address: sink.url,
    body: {},
  });

  expect(bounds).toEqual([0]);
});

it('a client waits for an answer as long as the request says', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const http = createHttpClient();
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  const asked = http.request({ url, headersMs: 20, signal: AbortSignal.timeout(20_000) });

  await expect(asked).rejects.toMatchObject({ message: 'the server did not answer in time' });
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import { commitEvent } from '../../../../support/git-recipients.ts';
import { type Loopback, startLoopback } from '../../../../support/loopback.ts';
import { answering, deliveryOf, startNotifiedService } from '../../../../support/notified-service.ts';

const TOKEN = 'CANARY-of-the-identity-of-the-worker';

let cloud: Loopback;
beforeEach(async () => {
  const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
  cloud = await startLoopback(() => ({
    json: { access_token: TOKEN, expires_on, resource: 'devops', token_type: 'Bearer' },
  }));
  vi.stubEnv('IDENTITY_ENDPOINT', `${cloud.url}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'CANARYheader');
  for (const name of ['AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE']) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud[Symbol.asyncDispose]();
});

/** What Azure DevOps, which is away, was asked of an event, and how that failed. */
async function ask(address: string) {
  await using service = await startNotifiedService();
  service.answer = answering(503);
  const delivery = deliveryOf('azuredevops', { address, token: '' }, commitEvent('info'), {
    commitStatus: 'n',
  });
  const error: unknown = await SENDERS.azuredevops?.(service.deps, delivery).catch(
    (thrown: unknown) => thrown,
  );
  return { requests: service.requests, message: (error as Error).message };
}

it("without a token the worker's identity counts at Azure DevOps, and at no other host", async () => {
  const own = await ask('https://dev.azure.com/acme/platform/_git/fleet');
  expect(own.message).toMatch(/HTTP 503/);
  expect(own.requests.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`,
  ]);
  expect(cloud.requests.map(({ path }) => path)).toEqual(['/msi/token']);

  const others = [
    'https://devops.acme.test/collection/platform/_git/fleet',
    'https://dev.azure.com.acme.test/acme/platform/_git/fleet',
    'https://dev.azure.com:8443/acme/platform/_git/fleet',
    'http://dev.azure.com/acme/platform/_git/fleet',
    'git@ssh.dev.azure.com.acme.test:v3/acme/platform/fleet',
  ];
  for (const address of others) {
    const { requests, message } = await ask(address);
    expect({ address, requests }).toEqual({ address, requests: [] });
    expect(message).toMatch(/needs the key token/);
  }
});

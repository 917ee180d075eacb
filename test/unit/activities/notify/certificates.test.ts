import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { ApplicationFailure } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpClient } from '../../../../activities/fetch/http/client.ts';
import { sendGeneric } from '../../../../activities/notify/providers/generic.ts';
import { readRecipient } from '../../../../activities/notify/read-recipient.ts';
import { providerOf } from '../../../support/notified.ts';
import { deliveryOf } from '../../../support/notified-service.ts';

const file = (name: string) => readFileSync(`test/support/tls/${name}`);
const OWN = { 'ca.crt': file('ca.crt') };
const ANOTHER = { 'ca.crt': file('client.crt') };
const CLIENT = { 'tls.crt': file('client.crt'), 'tls.key': file('client.key') };

it.each<{
  readonly name: string;
  readonly data: Readonly<Record<string, Buffer>> | undefined;
  readonly isKnown: boolean;
  readonly isMutual: boolean;
  readonly isTold: boolean;
}>([
  { name: 'nothing', data: undefined, isKnown: false, isMutual: false, isTold: false },
  { name: 'nothing', data: undefined, isKnown: true, isMutual: false, isTold: true },
  { name: 'its authority', data: OWN, isKnown: false, isMutual: false, isTold: true },
  { name: 'another authority', data: ANOTHER, isKnown: true, isMutual: false, isTold: false },
  { name: 'a client alone', data: CLIENT, isKnown: true, isMutual: true, isTold: true },
  { name: 'its authority', data: OWN, isKnown: false, isMutual: true, isTold: false },
  { name: 'all', data: { ...OWN, ...CLIENT }, isKnown: false, isMutual: true, isTold: true },
])(
  'with $name of certSecretRef, where the machine trusts the server: $isKnown, and it wants a client: $isMutual, it is told: $isTold',
  async ({ data, isKnown, isMutual, isTold }) => {
    if (isKnown) trustOnMachine(file('ca.crt'));
    const address = await startServer(isMutual);
    const spec = { type: 'generic', address, ...(data && { certSecretRef: { name: 'c' } }) } as const;
    const recipient = await readRecipient(async () => data, providerOf(spec));
    const http = createHttpClient();
    onTestFinished(() => http.close());

    const outcome = await sendGeneric({ http }, deliveryOf('generic', recipient)).then(
      () => 'told',
      (error: ApplicationFailure) => (error.nonRetryable ? 'given up' : 'put off'),
    );

    // A certificate may be renewed where it is.
    expect(outcome).toBe(isTold ? 'told' : 'put off');
  },
);

function trustOnMachine(authority: Buffer): void {
  const before = getCACertificates('default');
  onTestFinished(() => setDefaultCACertificates(before));
  setDefaultCACertificates([...before, authority]);
}

async function startServer(isMutual: boolean): Promise<string> {
  const tls = { cert: file('server.crt'), key: file('server.key'), ca: file('ca.crt') };
  const options = { ...tls, requestCert: isMutual, rejectUnauthorized: isMutual };
  const server = createServer(options, (_, response) => void response.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import { guardedLookup, hostProblem } from '../../../../../activities/fetch/http/host.ts';
import { testCertificates } from '../../../../support/chart-server.ts';
import { startHttpFront } from '../../../../support/http-front.ts';

describe('a host of a tenant', () => {
  it.each(['charts.example.com', '127.0.0.1', 'localhost', '[::1]', '10.0.0.1', 'a-b.c'])(
    'may be %s',
    (host) => {
      expect(hostProblem(host)).toBeUndefined();
    },
  );

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '[fe80::1]',
    '[febf::1]',
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    'metadata',
    'METADATA.google.internal',
    'metadata.google.internal.',
    'instance-data',
  ])('may not be %s', (host) => {
    expect(hostProblem(host)).toMatch(/link-local or metadata|no plain host/);
  });

  it.each(['a_b', '-a', 'a b', '', 'ä'])('may not be written %j', (host) => {
    expect(hostProblem(host)).toBe('has a host that is no plain host name or address');
  });
});

describe('a name', () => {
  function resolved(name: string, all: boolean): Promise<unknown> {
    return new Promise((done) => {
      guardedLookup(name, { all }, (error, ...found) => done(error ?? found));
    });
  }

  it('that leads to an address of the machine is not dialled', async () => {
    expect(await resolved('169.254.169.254', false)).toMatchObject({ name: 'ForbiddenAddressError' });
    expect(await resolved('169.254.169.254', true)).toMatchObject({ name: 'ForbiddenAddressError' });
  });

  it('is resolved as ever otherwise', async () => {
    expect(await resolved('127.0.0.1', false)).toEqual(['127.0.0.1', 4]);
    expect(await resolved('127.0.0.1', true)).toEqual([[{ address: '127.0.0.1', family: 4 }]]);
  });
});

it('a redirect from https to http is not followed', async () => {
  const { 'server.key': key, 'server.crt': cert } = testCertificates();
  await using plain = await startHttpFront({ target: 'http://127.0.0.1:1' });
  await using front = await startHttpFront({
    target: plain.url,
    tls: { key, cert },
    redirect: () => `${plain.url}/index.yaml`,
  });
  const client = createHttpClient();
  const tls = { context: createSecureContext({ ca: testCertificates()['ca.crt'] }), fingerprint: 'test' };

  const asked = client.request({ url: new URL(front.url), tls, signal: AbortSignal.timeout(10_000) });

  await expect(asked).rejects.toMatchObject({
    problem: 'redirect',
    message: 'the server redirects from https to http',
  });
  expect(plain.requests).toEqual([]);
  await client.close();
});

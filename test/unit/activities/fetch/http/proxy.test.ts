import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBody } from '../../../../../activities/fetch/http/body.ts';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import { tlsOf } from '../../../../../activities/fetch/http/credentials.ts';
import { proxyOf } from '../../../../../activities/fetch/http/proxy.ts';
import { redact } from '../../../../../activities/redact.ts';
import { startHttpFront } from '../../../../support/http-front.ts';
import { startProxy } from '../../../../support/proxy.ts';

const WHERE = "secret 'apps/proxy' of spec.proxySecretRef";

function secret(data: Readonly<Record<string, string>>) {
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value)] as const);
  return { data: Object.fromEntries(entries), where: WHERE };
}

async function pem(name: string): Promise<string> {
  return await readFile(join(import.meta.dirname, '../../../../support/tls', name), 'utf8');
}

describe('a proxy is', () => {
  it('tunnelled through to a server with TLS, and shown its credentials only', async () => {
    await using server = await startHttpFront({
      target: 'http://127.0.0.1:1',
      tls: { key: await pem('server.key'), cert: await pem('server.crt') },
      answer: (_request, response) => !!response.end('hello'),
    });
    const shown = `Basic ${Buffer.from('me:CANARY-proxy').toString('base64')}`;
    const proxy = await startProxy(shown);
    const client = createHttpClient();
    onTestFinished(() => client.close());
    const url = new URL(`https://registry.invalid:${server.port}/`);
    url.hostname = 'localhost';

    const answer = await client.request({
      url,
      authorization: { header: 'Bearer CANARY-token', origin: url.origin },
      tls: tlsOf(secret({ 'ca.crt': await pem('ca.crt') })),
      proxy: proxyOf(secret({ address: proxy.url, username: 'me', password: 'CANARY-proxy' })),
      signal: AbortSignal.timeout(10_000),
    });

    expect((await readBody(answer, 100)).toString()).toBe('hello');
    expect(proxy.tunnels).toEqual([`localhost:${server.port}`]);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer CANARY-token' });
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('no way to an address that is not spoken to, and a refusal is an error of the network', async () => {
    const proxy = await startProxy('other');
    const client = createHttpClient();
    onTestFinished(() => client.close());
    const asking = async (url: string) =>
      await client.request({
        url: new URL(url),
        proxy: proxyOf(secret({ address: proxy.url })),
        signal: AbortSignal.timeout(10_000),
      });

    await expect(asking('https://169.254.169.254/')).rejects.toMatchObject({ problem: 'address' });
    await expect(asking('https://registry.invalid/')).rejects.toMatchObject({ problem: 'network' });
    expect(proxy.tunnels).toEqual(['registry.invalid:443']);
  });
});

describe('the Secret of a proxy', () => {
  it.each([
    ['with keys', { address: 'http://proxy.example:3128', username: 'me', password: 'CANARY-a:b' }],
    ['with all in the address', { address: 'http://me:CANARY-a%3Ab@proxy.example:3128' }],
  ])('%s is read, and not shown from then on', (_name, data) => {
    const { url, token } = proxyOf(secret(data));

    expect(url.href).toBe('http://proxy.example:3128/');
    expect(token).toBe(`Basic ${Buffer.from('me:CANARY-a:b').toString('base64')}`);
    expect(redact('CANARY-a:b')).toBe('***');
  });

  it('may be without credentials', () => {
    expect(proxyOf(secret({ address: 'https://proxy.example\n' }))).toMatchObject({ token: undefined });
  });

  it.each([
    ['no address', {}, "has no 'address'; add the URL of the proxy"],
    ['another scheme', { address: 'socks5://proxy.example' }, "its 'address' must be http:// or https://"],
    ['no URL', { address: 'proxy.example:3128' }, "its 'address' must be http:// or https://"],
    ['an address of machines', { address: 'http://169.254.169.254' }, "its 'address' points to a link-local"],
  ])('is refused with %s', (_name, data, message) => {
    expect(() => proxyOf(secret(data))).toThrow(
      expect.objectContaining({ type: 'AuthenticationFailed', message: expect.stringContaining(message) }),
    );
  });
});

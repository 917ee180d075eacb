import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../../../../activities/fetch/oci/client.ts';
import type { RegistryClient, RegistryRequest } from '../../../../../activities/fetch/oci/contract.ts';
import { type HttpFront, startHttpFront } from '../../../../support/http-front.ts';

const BASIC = { username: 'user', password: 'CANARY-password' };
const BASIC_HEADER = `Basic ${Buffer.from(`${BASIC.username}:${BASIC.password}`).toString('base64')}`;
const DIGEST = `sha256:${'0'.repeat(64)}`;
const NOWHERE = 'http://127.0.0.1:1';

let client: HttpClient;
let oci: RegistryClient;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;
let front: HttpFront;

beforeEach(async () => {
  client = createHttpClient();
  oci = createRegistryClient({ client });
  front = await startHttpFront({ target: NOWHERE, answer: (...both) => answer(...both) });
});
afterEach(async () => {
  await front[Symbol.asyncDispose]();
  await client.close();
});

function asked(basic?: typeof BASIC): RegistryRequest {
  const origin = new URL(front.url);
  const access = { host: origin.host, origin, basic };
  return { access, repository: 'team/app', signal: AbortSignal.timeout(20_000) };
}

function authorizations(path: RegExp): (string | undefined)[] {
  return front.requests
    .filter((request) => path.test(request.path))
    .map(({ headers }) => headers.authorization);
}

describe('a registry that shows less to strangers', () => {
  function greet(status: number, challenge?: string) {
    answer = ({ url, headers }, response) => {
      if (url?.startsWith('/token')) return !!response.end('{"token":"good"}');
      if (url === '/v2/') {
        return !!response.writeHead(status, challenge ? { 'WWW-Authenticate': challenge } : {}).end();
      }
      if (headers.authorization === undefined) return !!response.writeHead(404).end();
      response.setHeader('Docker-Content-Digest', DIGEST);
      return !!response.end('{"tags":["1.0.0"]}');
    };
  }
  const example = 'scope="repository:user/image:pull"';

  it.each([
    ['asks everybody for a token', 401, () => `Bearer realm="${front.url}/token",${example}`, 'Bearer good'],
    ['asks everybody for a password', 401, () => 'Basic realm="registry"', BASIC_HEADER],
    ['asks nobody', 200, () => undefined, BASIC_HEADER],
  ])('and %s is shown the credentials from the start', async (_name, status, challenge, header) => {
    greet(status, challenge());

    expect(await oci.listTags(asked(BASIC))).toEqual(['1.0.0']);
    expect(await oci.getDigest(asked(BASIC), '1.0.0')).toBe(DIGEST);

    expect(authorizations(/^\/v2/)).toEqual([undefined, header, header]);
    for (const { path } of front.requests) expect(path).not.toContain('user%2Fimage');
  });

  it('is asked once, and at once, by who has none', async () => {
    greet(200);

    await expect(oci.listTags(asked())).rejects.toMatchObject({ status: 404 });
    expect(front.requests).toHaveLength(1);
  });

  it.each([403, 404, 500])('but greets with %i is asked as by anybody', async (status) => {
    greet(status);

    await expect(oci.listTags(asked(BASIC))).rejects.toMatchObject({ status: 404 });
    expect(authorizations(/^\/v2/)).toEqual([undefined, undefined]);
  });

  it('is left alone where it has enough of requests', async () => {
    answer = (_request, response) => !!response.writeHead(429, { 'Retry-After': '3600' }).end();

    await expect(oci.listTags(asked(BASIC))).rejects.toMatchObject({ status: 429 });
    expect(front.requests).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { BASIC, BASIC_HEADER, useRegistryFront } from '../../../../support/registry-front.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

const at = useRegistryFront();

describe('a registry that shows less to strangers', () => {
  function greet(status: number, challenge?: string) {
    at.answer = ({ url, headers }, response) => {
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
    [
      'asks everybody for a token',
      401,
      () => `Bearer realm="${at.front.url}/token",${example}`,
      'Bearer good',
    ],
    ['asks everybody for a password', 401, () => 'Basic realm="registry"', BASIC_HEADER],
    ['asks nobody', 200, () => undefined, BASIC_HEADER],
  ])('and %s is shown the credentials from the start', async (_name, status, challenge, header) => {
    greet(status, challenge());

    expect(await at.oci.listTags(at.asked(BASIC))).toEqual(['1.0.0']);
    expect(await at.oci.getDigest(at.asked(BASIC), '1.0.0')).toBe(DIGEST);

    expect(at.authorizations(/^\/v2/)).toEqual([undefined, header, header]);
    for (const { path } of at.front.requests) expect(path).not.toContain('user%2Fimage');
  });

  it('is asked once, and at once, by who has none', async () => {
    greet(200);

    await expect(at.oci.listTags(at.asked())).rejects.toMatchObject({ status: 404 });
    expect(at.front.requests).toHaveLength(1);
  });

  it.each([403, 404, 500])('but greets with %i is asked as by anybody', async (status) => {
    greet(status);

    await expect(at.oci.listTags(at.asked(BASIC))).rejects.toMatchObject({ status: 404 });
    expect(at.authorizations(/^\/v2/)).toEqual([undefined, undefined]);
  });

  it('is left alone where it has enough of requests', async () => {
    at.answer = (_request, response) => !!response.writeHead(429, { 'Retry-After': '3600' }).end();

    await expect(at.oci.listTags(at.asked(BASIC))).rejects.toMatchObject({ status: 429 });
    expect(at.front.requests).toHaveLength(1);
  });
});

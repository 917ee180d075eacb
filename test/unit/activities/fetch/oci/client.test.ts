import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHttpClient } from '../../../../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../../../../activities/fetch/oci/client.ts';
import { createHostRest } from '../../../../../activities/fetch/oci/host-rest.ts';
import { type Registry, startRegistry } from '../../../../../tools/registry.ts';
import { startHttpFront } from '../../../../support/http-front.ts';
import { digestOf, pushBlob, pushManifest } from '../../../../support/oci-push.ts';
import { BASIC, BASIC_HEADER, useRegistryFront } from '../../../../support/registry-front.ts';

const CONTENT = Buffer.from('content of the layer');
const LAYER = 'application/octet-stream';

let directory: string;
let registry: Registry;
let digest: string;
const at = useRegistryFront(() => registry.url);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-registry-'));
  registry = await startRegistry({ dir: directory });
  const target = { url: registry.url, repository: 'team/app' };
  const layer = await pushBlob(target, CONTENT, LAYER);
  for (const tag of ['1.0.0', '1.1.0']) digest = await pushManifest(target, [layer], { tag });
});
afterAll(async () => {
  await registry.stop();
  await rm(directory, { recursive: true });
});

describe('a registry', () => {
  it('is read: tags, manifests by tag and digest, blobs', async () => {
    expect(await at.oci.listTags(at.asked())).toEqual(['1.0.0', '1.1.0']);
    const manifest = await at.oci.getManifest(at.asked(), '1.0.0');
    const [layer] = manifest?.layers ?? [];

    expect(manifest).toMatchObject({ digest, layers: [{ mediaType: LAYER, size: CONTENT.length }] });
    expect(await at.oci.getManifest(at.asked(), digest)).toEqual(manifest);
    expect(layer && (await at.oci.getBlob(at.asked(), layer, 1000))).toEqual(CONTENT);
    expect(await at.oci.getManifest(at.asked(), '9.9.9')).toBeUndefined();
    expect(await at.oci.listReferrers(at.asked(), digest)).toEqual([]);
  });

  it.each(['../../evil', '', '-x', 'a b', `${'x'.repeat(129)}`, 'sha256:12'])(
    'is never asked for the manifest %j',
    async (reference) => {
      await expect(at.oci.getManifest(at.asked(), reference)).rejects.toMatchObject({ problem: 'content' });
      expect(at.front.requests).toEqual([]);
    },
  );
});

/** A registry that wants tokens, and its token server. */
function wantTokens(realm: string, token: (request: IncomingMessage) => unknown) {
  at.answer = (request, response) => {
    if (request.url?.startsWith('/token')) {
      const given = token(request);
      const status = typeof given === 'number' ? given : given === undefined ? 401 : 200;
      response.writeHead(status).end(JSON.stringify(given));
      return true;
    }
    if (request.headers.authorization?.startsWith('Bearer good')) return false;
    const challenge = `Bearer realm="${realm}",service="registry",scope="repository:team/app:pull"`;
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    return true;
  };
}

describe('a registry that wants tokens', () => {
  it('gets one for the credentials, which is used until it expires', async () => {
    wantTokens(`${at.front.url}/token?account=x`, ({ headers }) =>
      headers.authorization === BASIC_HEADER ? { token: 'good-token', expires_in: 300 } : undefined,
    );

    await at.oci.listTags(at.asked(BASIC));
    await at.oci.getManifest(at.asked(BASIC), '1.0.0');

    expect(at.authorizations(/^\/token/)).toEqual([BASIC_HEADER]);
    expect(at.authorizations(/^\/v2/)).toEqual([undefined, 'Bearer good-token', 'Bearer good-token']);
    expect(at.front.requests.map(({ path }) => path)).toContain(
      '/token?account=x&service=registry&scope=repository%3Ateam%2Fapp%3Apull',
    );
  });

  it('gives one to nobody as well, and none of another to whom it is not', async () => {
    wantTokens(`${at.front.url}/token`, () => ({ access_token: 'good-token', token: 'other' }));

    await at.oci.listTags(at.asked(BASIC));
    await at.oci.listTags(at.asked());

    expect(at.authorizations(/^\/token/)).toEqual([BASIC_HEADER, undefined]);
  });

  it('gets a new one when it has forgotten the old one', async () => {
    let count = 0;
    wantTokens(`${at.front.url}/token`, () => ({ token: `good-token-${(count += 1)}`, expires_in: 300 }));
    await at.oci.listTags(at.asked());
    const before = at.answer;
    at.answer = (request, response) => {
      if (request.headers.authorization !== 'Bearer good-token-1') return before(request, response);
      request.headers.authorization = 'Bearer forgotten';
      return before(request, response);
    };

    await at.oci.listTags(at.asked());

    expect(at.authorizations(/^\/token/)).toHaveLength(2);
  });

  it.each([
    ['refuses them', () => undefined, 'status', 'its token server answers HTTP 401'],
    ['is not there', () => 404, 'content', 'its token server answers HTTP 404'],
    ['is ill', () => 503, 'status', 'its token server answers HTTP 503'],
    ['gives none', () => ({}), 'content', 'its token server answers no token'],
    ['gives one with a line break', () => ({ token: 'good\r\nX-Evil: 1' }), 'content', 'answers no token'],
    ['answers a list', () => [], 'content', 'answers no token'],
    ['gives one that is not accepted', () => ({ token: 'bad' }), 'status', 'HTTP 401'],
  ])('is given up when its token server %s', async (_name, token, problem, message) => {
    wantTokens(`${at.front.url}/token`, token);

    await expect(at.oci.listTags(at.asked(BASIC))).rejects.toMatchObject({
      problem,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['of another host', 'http://localhost:1/token'],
    ['of the metadata server', 'http://169.254.169.254/token'],
    ['that is no address', 'file:///etc/passwd'],
  ])('does not bring credentials to a token server %s', async (_name, realm) => {
    wantTokens(realm, () => ({ token: 'good' }));

    await expect(at.oci.listTags(at.asked(BASIC))).rejects.toThrow(
      /its token server|it sends to the token server/,
    );
  });
});

describe('a registry that wants a password', () => {
  beforeEach(() => {
    at.answer = ({ headers }, response) => {
      if (headers.authorization === BASIC_HEADER) return false;
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
      return true;
    };
  });

  it('is shown it once it asked, and from then on at once', async () => {
    await at.oci.listTags(at.asked(BASIC));
    await at.oci.listTags(at.asked(BASIC));

    expect(at.authorizations(/^\/v2/)).toEqual([undefined, BASIC_HEADER, BASIC_HEADER]);
  });

  it.each([
    ['nobody', undefined],
    ['somebody with another', { ...BASIC, password: 'CANARY-other' }],
  ])('refuses %s', async (_name, basic) => {
    await expect(at.oci.listTags(at.asked(basic))).rejects.toMatchObject({ status: 401, isRefused: true });
  });

  it('sends a blob from elsewhere, where no password goes', async () => {
    const manifest = await at.oci.getManifest(at.asked(BASIC), '1.0.0');
    const [layer] = manifest?.layers ?? [];
    await using elsewhere = await startHttpFront({ target: registry.url });
    const before = at.answer;
    at.answer = (request, response) => {
      if (before(request, response)) return true;
      if (!request.url?.includes('/blobs/')) return false;
      response.writeHead(307, { Location: `${elsewhere.url}${request.url}` }).end();
      return true;
    };

    expect(layer && (await at.oci.getBlob(at.asked(BASIC), layer, 1000))).toEqual(CONTENT);

    expect(elsewhere.requests).toHaveLength(1);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is not believed when the place that it sends to wants the password', async () => {
    await using elsewhere = await startHttpFront({ target: registry.url, redirect: () => 401 });
    at.answer = (_request, response) => {
      response.writeHead(307, { Location: `${elsewhere.url}/v2/` }).end();
      return true;
    };

    await expect(at.oci.listTags(at.asked(BASIC))).rejects.toMatchObject({ status: 401 });
    expect(elsewhere.requests).toHaveLength(2);
    for (const { headers } of elsewhere.requests) expect(headers).not.toHaveProperty('authorization');
  });
});

describe('a registry that has enough of requests', () => {
  it('is left alone by all as long as it says', async () => {
    let refusals = 1;
    const times: number[] = [];
    at.answer = (_request, response) => {
      times.push(performance.now());
      refusals -= 1;
      if (refusals < 0) return false;
      response.writeHead(429, { 'Retry-After': '1' }).end();
      return true;
    };

    const client = createHttpClient();
    onTestFinished(() => client.close());
    const hosts = createHostRest();
    const rest = vi.spyOn(hosts, 'rest');
    const oci = createRegistryClient({ client, hosts });

    const first = oci.listTags(at.asked());
    await expect.poll(() => rest.mock.calls).toHaveLength(1);
    const second = oci.getManifest(at.asked(), '1.0.0');

    await Promise.all([first, second]);
    const [refused = 0, ...later] = times;
    expect(later).toHaveLength(2);
    for (const time of later) expect(time - refused).toBeGreaterThan(900);
  });

  it('is not asked again before its time, which whoever asks is told', async () => {
    at.answer = (_request, response) => {
      response.writeHead(429, { 'Retry-After': '3600' }).end();
      return true;
    };

    const expected = { status: 429, mayPass: true, retryAfterMs: expect.closeTo(3_600_000, -4) };
    await expect(at.oci.listTags(at.asked())).rejects.toMatchObject(expected);
    await expect(at.oci.listTags(at.asked())).rejects.toMatchObject(expected);
    expect(at.front.requests).toHaveLength(1);
  });

  it('is not waited for by those who are stopped', async () => {
    const hosts = createHostRest();
    hosts.rest('registry', 10_000);
    await expect(hosts.before('registry', AbortSignal.timeout(10))).rejects.toThrow('aborted');
  });
});

describe('content', () => {
  function send(status: number, body: Buffer | string, headers: Record<string, string> = {}) {
    at.answer = (_request, response) => {
      response.writeHead(status, headers).end(body);
      return true;
    };
  }

  it.each([
    ['other bytes', () => send(200, Buffer.alloc(CONTENT.length)), 'digest'],
    ['fewer bytes', () => send(200, CONTENT.subarray(1)), 'digest'],
    ['more bytes', () => send(200, Buffer.concat([CONTENT, CONTENT])), 'size'],
    ['an error', () => send(500, ''), 'status'],
    [
      'a part',
      () => {
        at.answer = (_request, response) => {
          response.writeHead(200, { 'Content-Length': CONTENT.length }).write(CONTENT.subarray(1));
          setImmediate(() => response.destroy());
          return true;
        };
      },
      'network',
    ],
  ])('of a blob that is %s is refused', async (_name, arrange, problem) => {
    arrange();

    const blob = { digest: digestOf(CONTENT), size: CONTENT.length };
    await expect(at.oci.getBlob(at.asked(), blob, 1000)).rejects.toMatchObject({ problem });
  });

  it('of a blob is not asked for when it is too much', async () => {
    const blob = { digest: digestOf(CONTENT), size: 1001 };
    await expect(at.oci.getBlob(at.asked(), blob, 1000)).rejects.toMatchObject({ problem: 'size' });
    expect(at.front.requests).toEqual([]);
  });

  it.each([
    ['another one', '{"schemaVersion":2,"layers":[]}', 'digest'],
    ['no JSON', '<html>', 'content'],
    ['a list', '[]', 'content'],
    ['of broken layers', '{"layers":[null]}', 'content'],
    ['of layers without a digest', '{"layers":[{"mediaType":"x","digest":"y","size":1}]}', 'content'],
    ['too large', Buffer.alloc(5 * 1024 * 1024, ' '), 'size'],
  ])('of a manifest that is %s is refused', async (_name, body, problem) => {
    send(200, body);

    await expect(at.oci.getManifest(at.asked(), digest)).rejects.toMatchObject({ problem });
  });

  it('of a tag is refused when the registry itself tells another digest', async () => {
    send(200, '{"layers":[]}', { 'Docker-Content-Digest': digest });

    await expect(at.oci.getManifest(at.asked(), '1.0.0')).rejects.toMatchObject({ problem: 'digest' });
  });
});

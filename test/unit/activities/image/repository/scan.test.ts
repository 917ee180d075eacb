import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scanTags } from '../../../../../activities/image/repository/scan.ts';
import { type Registry, startRegistry } from '../../../../../tools/registry.ts';
import { type HttpFront, startHttpFront } from '../../../../support/http-front.ts';
import {
  dockerConfig,
  freeStep,
  imageRepositoryOf,
  secretObject,
  startScanRig,
} from '../../../../support/image-scan.ts';
import { pushImage } from '../../../../support/oci-push.ts';

const TAGS = ['v1.0.0', 'v1.1.0', 'v1.10.0', 'latest', 'sha256-abc.sig', 'v1.2.0-rc.1'];

let directory: string;
let registry: Registry;
let front: HttpFront;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;
let host: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-registry-'));
  registry = await startRegistry({ dir: directory });
  await pushImage({ url: registry.url, repository: 'team/app' }, TAGS);
  front = await startHttpFront({ target: registry.url, answer: (...both) => answer(...both) });
  host = new URL(front.url).host;
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await registry.stop();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  answer = () => false;
  front.requests.length = 0;
});

async function scan(
  image = `${host}/team/app`,
  spec: object = {},
  ...objects: Parameters<typeof startScanRig>[0]
) {
  const rig = await startScanRig(objects);
  return await scanTags(rig.deps, imageRepositoryOf(image, { spec }), freeStep());
}

describe('a scan', () => {
  it('finds all tags but those of signatures, downwards, with their checksum', async () => {
    expect(await scan()).toEqual({
      revision: '969084011',
      tags: ['v1.2.0-rc.1', 'v1.10.0', 'v1.1.0', 'v1.0.0', 'latest'],
    });
  });

  it.each([
    ['instead of the default', ['-rc', '^latest$'], ['v1.10.0', 'v1.1.0', 'v1.0.0', 'sha256-abc.sig']],
    ['an empty list being the default', [], ['v1.2.0-rc.1', 'v1.10.0', 'v1.1.0', 'v1.0.0', 'latest']],
    ['that may be all', ['.'], []],
  ])('leaves out what the exclusion list says, %s', async (_name, exclusionList, tags) => {
    expect((await scan(undefined, { exclusionList })).tags).toEqual(tags);
  });

  it('has patterns that would backtrack for ever done in no time', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `${'a'.repeat(60)}-${index}`);
    answer = (_request, response) => !!response.end(JSON.stringify({ tags: many }));

    expect(
      (await scan(undefined, { exclusionList: ['^(a+)+$', '(a|aa)+b', '^(([a-z])+.)+[A-Z]$'] })).tags,
    ).toHaveLength(20_000);
  }, 10_000);

  it('names a pattern that is none', async () => {
    await expect(scan(undefined, { exclusionList: ['ok', '(unclosed'] })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      nonRetryable: true,
      message: expect.stringMatching(
        /^scan failed: failed to compile regex \(unclosed: .*; correct spec\.exclusionList\[1\]$/,
      ),
    });
  });

  it('of 100,000 tags takes a few seconds at most and one page at a time', async () => {
    const all = Array.from(
      { length: 100_000 },
      (_, index) => `main-${String(index).padStart(6, '0')}-0a1b2c3d4e5f`,
    );
    answer = ({ url = '' }, response) => {
      const from = Number(new URL(url, front.url).searchParams.get('last') ?? 0);
      const next = from + 1000;
      const link =
        next < all.length ? { Link: `</v2/team/app/tags/list?last=${next}&n=1000>; rel="next"` } : {};
      response.writeHead(200, link).end(JSON.stringify({ tags: all.slice(from, next) }));
      return true;
    };

    const { tags } = await scan();

    expect(tags).toHaveLength(100_000);
    expect(tags[0]).toBe('main-099999-0a1b2c3d4e5f');
    expect(front.requests).toHaveLength(100);
  }, 10_000);

  it('of 100,000 tags may come at once', async () => {
    const all = Array.from({ length: 100_000 }, (_, index) => `${String(index).padStart(128, 'x')}`);
    answer = (_request, response) => !!response.end(JSON.stringify({ tags: all }));

    expect((await scan()).tags).toHaveLength(100_000);
  });

  it('of more is an error that says how many are too many', async () => {
    const all = Array.from({ length: 100_001 }, (_, index) => `${index}`);
    answer = (_request, response) => !!response.end(JSON.stringify({ tags: all }));

    await expect(scan()).rejects.toThrow(
      `scan failed: ${host}/team/app: the list of tags has more than 100000 tags`,
    );
  });
});

describe('what a registry answers instead of tags is told with what to do:', () => {
  const status =
    (code: number, headers = {}) =>
    () =>
    (_request: IncomingMessage, response: ServerResponse) =>
      !!response.writeHead(code, headers).end();
  /** Two good pages, and then something else. */
  const onPage3 = (last: (response: ServerResponse) => unknown) => () => {
    let page = 0;
    return (_request: IncomingMessage, response: ServerResponse) => {
      page += 1;
      if (page === 3) return !!last(response);
      response.setHeader('Link', `</v2/team/app/tags/list?last=${page}>; rel="next"`);
      return !!response.end(JSON.stringify({ tags: [`v${page}`] }));
    };
  };
  const linked = (link: string) =>
    onPage3((response) => response.setHeader('Link', link).end('{"tags":["v3"]}'));

  it.each([
    [
      'an unknown image',
      status(404),
      false,
      'the server answers HTTP 404; there is no such image: push it, or correct spec.image',
    ],
    [
      'a refusal',
      status(401),
      false,
      'the registry answers HTTP 401; no credentials were shown: name a docker config with an entry for HOST in spec.secretRef, or correct spec.image',
    ],
    ['a prohibition', status(403), false, 'the server answers HTTP 403; no credentials were shown: .*'],
    ['a server that is broken', status(503), true, 'the server answers HTTP 503'],
    [
      'no JSON',
      () => (_: unknown, response: ServerResponse) => !!response.end('<html>'),
      false,
      'the registry answers something that is no list of tags; see whether a registry answers there',
    ],
    [
      'half an answer',
      () => (_: unknown, response: ServerResponse) =>
        response.writeHead(200, { 'Content-Length': 100 }).write('{', () => response.destroy()) || true,
      true,
      'the connection broke off; .*',
    ],
    [
      'a list that breaks',
      onPage3((response) => response.writeHead(500).end()),
      true,
      'the server answers HTTP 500',
    ],
    [
      'a list that ends in an error of its own',
      onPage3((response) => response.end('{"errors":[]')),
      false,
      'the registry answers something that is no list of tags; .*',
    ],
    [
      'a list that goes round',
      linked('</v2/team/app/tags/list?last=1>; rel="next"'),
      false,
      'the list of tags repeats itself; .*',
    ],
    [
      'a list that begins again by another name',
      onPage3((response) =>
        response.setHeader('Link', '</v2/team/app/tags/list?last=9>; rel=next').end('{"tags":["v1","v2"]}'),
      ),
      false,
      'the list of tags repeats itself; .*',
    ],
    [
      'a list that goes on in words',
      linked('see page 4'),
      false,
      'the list of tags goes on, but its Link header cannot be read; .*',
    ],
    [
      'a list that goes on nowhere',
      linked('<http://[>; rel="next"'),
      false,
      'the list of tags goes on, but its Link header cannot be read; .*',
    ],
    [
      'a list that goes on elsewhere',
      linked('<http://localhost:1/v2/team/app/tags/list>; rel="next"'),
      false,
      'the list of tags goes on at another address, which is not followed; .*',
    ],
  ])('%s', async (_name, faulty, isRetried, said) => {
    answer = faulty();

    await expect(scan()).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      nonRetryable: !isRetried,
      message: expect.stringMatching(
        new RegExp(`^scan failed: HOST/team/app: ${said}$`.replaceAll('HOST', host)),
      ),
    });
  });

  it('a list whose last page links to the first one only is whole', async () => {
    answer = (_request, response) => {
      response.setHeader('Link', '</v2/team/app/tags/list>; rel="first"');
      return !!response.end('{"tags":["v1"]}');
    };

    expect((await scan()).tags).toEqual(['v1']);
  });

  it('a list that says where it goes on, but not that this is the next page, goes on', async () => {
    answer = ({ url }, response) => {
      if (url?.includes('last')) return !!response.end('{"tags":["v2"]}');
      return !!response.setHeader('Link', '</v2/team/app/tags/list?last=v1>').end('{"tags":["v1"]}');
    };

    expect((await scan()).tags).toEqual(['v2', 'v1']);
  });

  it.each([
    ['is tried again after it', 40, { nonRetryable: false, nextRetryDelay: expect.closeTo(40_000, -4) }],
    ['ends the attempt where it is long', 3600, { nonRetryable: true }],
  ])(
    'too many requests: the rest of the host is for all its objects, and %s',
    async (_name, seconds, more) => {
      answer = (_request, response) => !!response.writeHead(429, { 'Retry-After': seconds }).end();
      const rig = await startScanRig([]);

      for (const image of ['team/app', 'team/other']) {
        const repository = imageRepositoryOf(`${host}/${image}`);
        await expect(scanTags(rig.deps, repository, freeStep())).rejects.toMatchObject({
          type: 'ReadOperationFailed',
          message: expect.stringMatching(
            /left alone \(HTTP 429\) for another \d+ s; all objects of .* wait with it$/,
          ),
          ...more,
        });
      }
      expect(front.requests).toHaveLength(1);
    },
  );

  it('nothing in time', async () => {
    answer = () => true;

    await expect(scan(undefined, { timeout: '1s' })).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      message: `scan failed: ${host}/team/app: the server did not answer in time; see whether the registry is well, or raise spec.timeout`,
    });
  });

  it('nobody there', async () => {
    await expect(scan('127.0.0.1:1/team/app')).rejects.toThrow(
      /^scan failed: 127\.0\.0\.1:1\/team\/app: the server refuses connections; see whether spec\.image is right/,
    );
  });

  it('wrong credentials, without showing them', async () => {
    answer = (_request, response) =>
      !!response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    const secret = secretObject('pull', dockerConfig(host, 'user', 'CANARY-password'));

    const refused = scan(undefined, { secretRef: { name: 'pull' } }, secret);

    await expect(refused).rejects.toMatchObject({
      type: 'ReadOperationFailed',
      message: `scan failed: ${host}/team/app: the server answers HTTP 401; see whether the credentials for ${host} are right and may pull the image`,
    });
    expect(front.requests.some(({ headers }) => headers.authorization?.startsWith('Basic '))).toBe(true);
  });

  it('who stops it is not told that the registry failed', async () => {
    const stop = new AbortController();
    answer = () => {
      stop.abort(new Error('dropped'));
      return true;
    };
    const rig = await startScanRig([]);
    const dropped = scanTags(rig.deps, imageRepositoryOf(`${host}/team/app`), { signal: stop.signal });

    await expect(dropped).rejects.toThrow('dropped');
  });
});

describe('a registry is reached', () => {
  const CA = () => readFile(join(import.meta.dirname, '../../../../support/tls/ca.crt'), 'utf8');

  it('over TLS with the certificates of certSecretRef, also of a client', async () => {
    const tls = async (name: string) =>
      await readFile(join(import.meta.dirname, `../../../../support/tls/${name}`), 'utf8');
    await using secure = await startHttpFront({
      target: registry.url,
      tls: {
        key: await tls('server.key'),
        cert: await tls('server.crt'),
        ca: await CA(),
        requestCert: true,
        rejectUnauthorized: true,
      },
    });
    const certificates = secretObject('certs', {
      'ca.crt': await CA(),
      'tls.crt': await tls('client.crt'),
      'tls.key': await tls('client.key'),
    });
    const spec = { insecure: false, certSecretRef: { name: 'certs' } };

    expect((await scan(`127.0.0.1:${secure.port}/team/app`, spec, certificates)).tags).toHaveLength(5);
    const insecure = { ...spec, insecure: true };
    expect((await scan(`127.0.0.1:${secure.port}/team/app`, insecure, certificates)).tags).toHaveLength(5);
    await expect(scan(`127.0.0.1:${secure.port}/team/app`, { insecure: false })).rejects.toThrow(
      /is not trusted .*; put the certificate of its authority into a Secret/,
    );
  });

  it('in plain http where it is near and speaks no TLS, which is found out once', async () => {
    const rig = await startScanRig([]);
    const repository = imageRepositoryOf(`${host}/team/app`, { spec: { insecure: false } });

    for (let times = 1; times <= 3; times += 1) {
      expect((await scanTags(rig.deps, repository, freeStep())).tags).toHaveLength(5);
    }
    expect(front.requests).toHaveLength(3);
  });

  it('in plain http elsewhere only when the object says so', async () => {
    const rig = await startScanRig([]);
    const access = { host, origin: new URL(front.url.replace('http:', 'https:')) };
    const asking = rig.deps.registry.listTags({ access, repository: 'team/app', signal: freeStep().signal });

    await expect(asking).rejects.toMatchObject({ isNoTls: true });
    expect(front.requests).toEqual([]);
  });

  it('through a proxy that wants credentials', async () => {
    const seen: (string | undefined)[] = [];
    await using proxy = await startHttpFront({
      target: registry.url,
      answer: ({ headers, url }, response) => {
        seen.push(url);
        if (headers['proxy-authorization'] === `Basic ${Buffer.from('me:CANARY-proxy').toString('base64')}`)
          return !!response.end('{"tags":["v1"]}');
        return !!response.writeHead(407).end();
      },
    });
    const secret = (password: string) =>
      secretObject('proxy', { address: proxy.url, username: 'me', password });
    const spec = { proxySecretRef: { name: 'proxy' } };

    expect((await scan('registry.invalid/team/app', spec, secret('CANARY-proxy'))).tags).toEqual(['v1']);
    expect(seen).toEqual(['http://registry.invalid/v2/team/app/tags/list?n=1000']);
    await expect(scan('registry.invalid/team/app', spec, secret('CANARY-wrong'))).rejects.toThrow(
      /^scan failed: registry\.invalid\/team\/app: (?!.*CANARY)/,
    );
  });
});

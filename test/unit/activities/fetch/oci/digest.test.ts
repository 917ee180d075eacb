import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../../../../activities/fetch/oci/client.ts';
import type { RegistryClient, RegistryRequest } from '../../../../../activities/fetch/oci/contract.ts';
import { type Registry, startRegistry } from '../../../../../tools/registry.ts';
import { type HttpFront, startHttpFront } from '../../../../support/http-front.ts';
import { pushIndex, pushManifest } from '../../../../support/oci-push.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

let directory: string;
let registry: Registry;
let client: HttpClient;
let oci: RegistryClient;
let methods: (string | undefined)[];
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;
let front: HttpFront;
let single: string;
let index: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-digest-'));
  registry = await startRegistry({ dir: directory });
  const target = { url: registry.url, repository: 'team/app' };
  single = await pushManifest(target, [], { tag: '1.0.0' });
  index = await pushIndex(target, 'multi', [{ mediaType: MANIFEST, digest: single, size: 1 }]);
});
afterAll(async () => {
  await registry.stop();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  methods = [];
  answer = () => false;
  client = createHttpClient();
  oci = createRegistryClient({ client });
  front = await startHttpFront({
    target: registry.url,
    answer: (request, response) => {
      methods.push(request.method);
      return answer(request, response);
    },
  });
});
afterEach(async () => {
  await front[Symbol.asyncDispose]();
  await client.close();
});

function asked(): RegistryRequest {
  const origin = new URL(front.url);
  return {
    access: { host: origin.host, origin },
    repository: 'team/app',
    signal: AbortSignal.timeout(20_000),
  };
}

describe('the digest of a tag', () => {
  it('is asked for without its manifest', async () => {
    expect(await oci.getDigest(asked(), '1.0.0')).toBe(single);
    expect(methods).toEqual(['HEAD']);
  });

  it('is that of the index where the image is for several platforms', async () => {
    expect(await oci.getDigest(asked(), 'multi')).toBe(index);
  });

  it('is none where there is no such tag', async () => {
    expect(await oci.getDigest(asked(), '9.9.9')).toBeUndefined();
    expect(methods).toEqual(['HEAD']);
  });

  it.each([
    ['does not tell it', 200],
    ['does not know the question', 405],
  ])('is worked out from the manifest where the registry %s', async (_name, status) => {
    answer = ({ method }, response) => {
      if (method !== 'HEAD') return false;
      response.writeHead(status).end();
      return true;
    };

    expect(await oci.getDigest(asked(), '1.0.0')).toBe(single);
    expect(methods).toEqual(['HEAD', 'GET']);
  });

  it('is not taken from what is no digest', async () => {
    answer = ({ method }, response) => {
      if (method !== 'HEAD') return false;
      response.writeHead(200, { 'Docker-Content-Digest': 'sha256:../../evil' }).end();
      return true;
    };

    expect(await oci.getDigest(asked(), '1.0.0')).toBe(single);
  });

  it.each([403, 500])('is an error where the registry answers %i', async (status) => {
    answer = (_request, response) => {
      response.writeHead(status).end();
      return true;
    };

    await expect(oci.getDigest(asked(), '1.0.0')).rejects.toMatchObject({ problem: 'status', status });
    expect(methods).toEqual(['HEAD']);
  });

  it.each(['../../evil', '', 'a b', `sha256:${'0'.repeat(64)}`])('is never asked for %j', async (tag) => {
    await expect(oci.getDigest(asked(), tag)).rejects.toMatchObject({ problem: 'content' });
    expect(methods).toEqual([]);
  });

  it('is asked for again with the token that the registry wants', async () => {
    answer = (request, response) => {
      if (request.url?.startsWith('/token'))
        return Boolean(response.writeHead(200).end(JSON.stringify({ token: 'good' })));
      if (request.headers.authorization === 'Bearer good') return false;
      response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${front.url}/token"` }).end();
      return true;
    };

    expect(await oci.getDigest(asked(), '1.0.0')).toBe(single);
    expect(methods).toEqual(['HEAD', 'GET', 'HEAD']);
  });
});

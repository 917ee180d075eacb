import { readBody } from '../http/body.ts';
import { type HttpAnswer, type HttpClient, successful } from '../http/client.ts';
import { HttpError, retryAfter } from '../http/error.ts';
import { createAttempt } from './attempt.ts';
import type { Manifest, RegistryClient, RegistryRequest } from './contract.ts';
import { readDigest } from './digest.ts';
import { createHostRest, type HostRest } from './host-rest.ts';
import { digestOf, INDEX_TYPE, MANIFEST_TYPES, readManifest } from './manifest.ts';
import { isDigest, isTag } from './reference.ts';
import { readTags } from './tags.ts';

const LARGEST_MANIFEST = 4 * 1024 * 1024;
const MOST_ATTEMPTS = 4;
const DEFAULT_REST_MS = 1000;

/** How one path of a registry is asked for. */
export interface Question extends RegistryRequest {
  /** Below the origin, with its query; or a whole address that the registry sends to, where no credentials go. */
  readonly path: string;
  readonly method?: 'HEAD';
  readonly accept?: string;
}

export type Ask = (question: Question) => Promise<HttpAnswer>;

export interface RegistryClientOptions {
  readonly client: HttpClient;
  /** Shared by all who speak to registries. */
  readonly hosts?: HostRest;
}

export function createRegistryClient({
  client,
  hosts = createHostRest(),
}: RegistryClientOptions): RegistryClient {
  const attempt = createAttempt(client);

  /** Asks, and asks again after the rest that the registry wants. */
  async function ask(question: Question): Promise<HttpAnswer> {
    const { host } = question.access.origin;
    for (let count = 1; ; count += 1) {
      await hosts.before(host, question.signal);
      const answer = await attempt(question);
      if (answer.status !== 429) return answer;
      hosts.rest(host, retryAfter(answer.headers['retry-after'], Date.now()) ?? DEFAULT_REST_MS * count);
      if (count === MOST_ATTEMPTS) return answer;
      answer.body.destroy();
    }
  }

  const getManifest: RegistryClient['getManifest'] = (request, reference) => readOne(ask, request, reference);
  return {
    getManifest,
    getDigest: (request, tag) => readDigest(ask, getManifest, request, tag),
    listTags: (request) => readTags(ask, request),
    async getBlob(request, { digest, size }, limit) {
      if (size > limit) throw new HttpError('size', `the blob has ${size} bytes, more than ${limit}`);
      const answer = await ask({ ...request, path: `/v2/${request.repository}/blobs/${digest}` });
      const bytes = await readBody(successful(answer), size);
      if (digestOf(bytes) !== digest) throw wrongDigest('blob', digest, digestOf(bytes));
      return bytes;
    },
    async listReferrers(request, digest) {
      const path = `/v2/${request.repository}/referrers/${digest}`;
      const answer = await ask({ ...request, path, accept: INDEX_TYPE });
      if (![400, 404, 405].includes(answer.status)) {
        return readManifest(await readBody(successful(answer), LARGEST_MANIFEST), INDEX_TYPE).manifests;
      }
      // A registry without this interface has a tag of that name, where the client that pushed it wrote one.
      answer.body.destroy();
      return (await getManifest(request, digest.replace(':', '-')))?.manifests ?? [];
    },
  };
}

async function readOne(ask: Ask, request: RegistryRequest, reference: string): Promise<Manifest | undefined> {
  if (!isTag(reference) && !isDigest(reference)) {
    throw new HttpError('content', `${JSON.stringify(reference.slice(0, 150))} is neither tag nor digest`);
  }
  const path = `/v2/${request.repository}/manifests/${reference}`;
  const answer = await ask({ ...request, path, accept: MANIFEST_TYPES.join(', ') });
  if (answer.status === 404) return void answer.body.destroy();
  const { 'content-type': type = '', 'docker-content-digest': told } = answer.headers;
  const found = readManifest(await readBody(successful(answer), LARGEST_MANIFEST), type);
  const expected = isDigest(reference) ? reference : told;
  if (typeof expected === 'string' && isDigest(expected) && expected !== found.digest) {
    throw wrongDigest('manifest', expected, found.digest);
  }
  return found;
}

function wrongDigest(what: string, wanted: string, found: string): HttpError {
  return new HttpError('digest', `the ${what} has the digest ${found} instead of ${wanted}`);
}

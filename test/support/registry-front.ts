import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach } from 'vitest';
import { createHttpClient, type HttpClient } from '../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../activities/fetch/oci/client.ts';
import type { RegistryClient, RegistryRequest } from '../../activities/fetch/oci/contract.ts';
import { type HttpFront, startHttpFront } from './http-front.ts';

export const BASIC = { username: 'user', password: 'CANARY-password' };
export const BASIC_HEADER = `Basic ${Buffer.from(`${BASIC.username}:${BASIC.password}`).toString('base64')}`;
/** A target where nobody answers. */
export const NOWHERE = 'http://127.0.0.1:1';

/** A registry in front of another one, or of none, and a client that asks it. */
export interface RegistryFront {
  readonly oci: RegistryClient;
  readonly front: HttpFront;
  /** Answers a request itself; false when it did not, and the target is to. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** A request about `team/app`. */
  asked(basic?: typeof BASIC, url?: string): RegistryRequest;
  /** What requests of such paths showed. */
  authorizations(path: RegExp): readonly (string | undefined)[];
}

/** One for each test of the file. */
export function useRegistryFront(target: () => string = () => NOWHERE): RegistryFront {
  let client: HttpClient;
  let oci: RegistryClient;
  let front: HttpFront;
  beforeEach(async () => {
    client = createHttpClient();
    oci = createRegistryClient({ client });
    registry.answer = () => false;
    front = await startHttpFront({ target: target(), answer: (...both) => registry.answer(...both) });
  });
  afterEach(async () => {
    await front[Symbol.asyncDispose]();
    await client.close();
  });
  const registry: RegistryFront = {
    get oci() {
      return oci;
    },
    get front() {
      return front;
    },
    answer: () => false,
    asked(basic, url = front.url) {
      const origin = new URL(url);
      const access = { host: origin.host, origin, basic };
      return { access, repository: 'team/app', signal: AbortSignal.timeout(20_000) };
    },
    authorizations: (path) =>
      front.requests.filter((request) => path.test(request.path)).map(({ headers }) => headers.authorization),
  };
  return registry;
}

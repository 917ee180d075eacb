import { createHash } from 'node:crypto';
import type { HelmRepository } from '../../../api/helm-repository.ts';
import { boundedBody } from '../http/body.ts';
import { type HttpAnswer, type HttpClient, successful } from '../http/client.ts';
import { asHttpError } from '../http/error.ts';
import { indexFailure } from './fetch-failure.ts';
import { addressOf, invalidUrl, type RepositoryAccess } from './repository-access.ts';

/** Flux's bound. */
const LARGEST_INDEX = 50 * 1024 * 1024;

/** What a server said about an index, to be shown to it the next time. */
export interface Validators {
  readonly revision: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** What was asked, by whom: others may get another index. */
  readonly asked: string;
}

/** Remembers the validators of each repository's last answer, in this process only. */
export interface ValidatorMemory {
  /** Those of the revision, when the same was asked with the same credentials. */
  recall(repository: HelmRepository, access: RepositoryAccess): Validators | undefined;
  remember(repository: HelmRepository, access: RepositoryAccess, answer: HttpAnswer, revision: string): void;
}

const REMEMBERED = 10_000;

export function createValidatorMemory(): ValidatorMemory {
  const remembered = new Map<string, Validators>();
  return {
    recall({ metadata: { uid }, status }, access) {
      const found = remembered.get(uid);
      return found?.revision === status?.artifact?.revision && found?.asked === askedOf(access)
        ? found
        : undefined;
    },
    remember({ metadata: { uid } }, access, { headers }, revision) {
      const { etag, 'last-modified': lastModified } = headers;
      remembered.delete(uid);
      remembered.set(uid, { revision, etag, lastModified, asked: askedOf(access) });
      const [oldest] = remembered.keys();
      if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    },
  };
}

/**
 * Asks for the index, and lends the answer to `use` while it comes in: its body is bounded, its status 200, or 304
 * when validators were given. Throws failures for the index, and the signal's reason when that aborts.
 */
export async function requestIndex<Result>(
  client: HttpClient,
  access: RepositoryAccess,
  { signal, validators }: { readonly signal: AbortSignal; readonly validators?: Validators | undefined },
  use: (answer: HttpAnswer, body: AsyncIterable<Buffer>) => Promise<Result>,
): Promise<Result> {
  const { authorization, tls, timeoutMs, where } = access;
  const url = addressOf(access, 'index.yaml');
  if (typeof url === 'string') throw invalidUrl(url);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const headers = { 'Accept-Encoding': 'gzip', ...conditions(validators) };
    const answer = await client.request({ url, headers, authorization, tls, signal: limit });
    const isSame = answer.status === 304 && validators !== undefined;
    if (isSame) answer.body.destroy();
    return await use(
      isSame ? answer : successful(answer),
      boundedBody(answer, LARGEST_INDEX, { mayBePacked: true }),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw indexFailure(asHttpError(error), where);
  }
}

function conditions(validators: Validators | undefined): Record<string, string> {
  const { etag, lastModified } = validators ?? {};
  if (etag !== undefined) return { 'If-None-Match': etag };
  return lastModified === undefined ? {} : { 'If-Modified-Since': lastModified };
}

function askedOf({ url, authorization, tls }: RepositoryAccess): string {
  const credentials = createHash('sha256')
    .update(authorization?.header ?? '')
    .digest('hex');
  return `${url.href} ${credentials} ${tls?.fingerprint ?? ''}`;
}

import { parseDuration } from '../../../api/duration.ts';
import { DEFAULT_REPOSITORY_TIMEOUT } from '../../../api/helm-repository.ts';
import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';
import type { Authorization, TlsAccess } from '../http/client.ts';
import {
  basicHeader,
  basicOf,
  type NamedSecret,
  type ReadSecret,
  readNamedSecret,
  tlsOf,
} from '../http/credentials.ts';
import { readHttpUrl, shownUrl } from '../http/url.ts';
import type { RepositoryRef } from './contract.ts';

/** How to speak to one chart repository over HTTP. */
export interface RepositoryAccess {
  readonly url: URL;
  readonly authorization: Authorization | undefined;
  readonly tls: TlsAccess | undefined;
  /** Of one fetch, in milliseconds. */
  readonly timeoutMs: number;
  /** The repository in messages. */
  readonly where: string;
}

/**
 * Reads where the index of a repository is and what it wants to see, by Flux's keys: `certSecretRef` comes before TLS
 * data of `secretRef`. Throws URLInvalid (stalled) and AuthenticationFailed.
 */
export async function accessOf(repository: RepositoryRef, readSecret: ReadSecret): Promise<RepositoryAccess> {
  const { spec } = repository;
  const url = urlOf(spec.url);
  const { secret, certSecret } = await secretsOf(repository, readSecret);
  const basic = secret && basicOf(secret);
  return {
    url,
    authorization: basic && {
      header: basicHeader(basic),
      origin: url.origin,
      isForAll: spec.passCredentials === true,
    },
    tls: certSecret ? tlsOf(certSecret) : secret && tlsOf(secret),
    timeoutMs: timeoutOf(repository),
    where: whereOf(repository),
  };
}

/** The Secrets that a repository names. Throws AuthenticationFailed when one is not there. */
export async function secretsOf(
  { metadata: { namespace }, spec }: RepositoryRef,
  readSecret: ReadSecret,
): Promise<{ readonly secret: NamedSecret | undefined; readonly certSecret: NamedSecret | undefined }> {
  const read = async (name: string | undefined, field: string) =>
    name === undefined ? undefined : await readNamedSecret(readSecret, { namespace, name, field });
  return {
    secret: await read(spec.secretRef?.name, 'spec.secretRef'),
    certSecret: await read(spec.certSecretRef?.name, 'spec.certSecretRef'),
  };
}

/** The bound of a fetch, in milliseconds. Throws a stalled InvalidSpec for what is no duration. */
export function timeoutOf({ spec }: RepositoryRef): number {
  const ms = parseDuration(spec.timeout || DEFAULT_REPOSITORY_TIMEOUT);
  if (ms !== undefined && ms > 0) return ms;
  const message = `spec.timeout ${JSON.stringify(spec.timeout)} is no duration; write for example 60s`;
  throw stalled(Reason.InvalidSpec, message);
}

/** A repository in messages: its object, if it is one, and its address. */
export function whereOf({ metadata: { namespace, name }, spec }: RepositoryRef): string {
  const url = shownUrl(spec.url);
  return name === '' ? url : `HelmRepository '${namespace}/${name}' (${url})`;
}

/** The stalled failure of a URL; `problem` says what is wrong with it. */
export function invalidUrl(problem: string): Error {
  return stalled(Reason.URLInvalid, `invalid Helm repository URL: spec.url ${problem}; correct the URL`);
}

function urlOf(text: string): URL {
  if (/^oci:/i.test(text)) {
    const problem =
      "'oci' URL scheme cannot be used with 'default' HelmRepository type; set spec.type to oci";
    throw stalled(Reason.URLInvalid, `invalid Helm repository URL: ${problem}`);
  }
  const url = readHttpUrl(text);
  if (typeof url === 'string') throw invalidUrl(url);
  return url;
}

/** The address of a file of the repository, as helm makes it: the query of the repository stays with relative ones. */
export function addressOf({ url }: Pick<RepositoryAccess, 'url'>, reference: string): URL | string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) return readHttpUrl(reference);
  const base = new URL(url);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/`;
  if (!URL.canParse(reference, base.href)) return 'does not parse as a URL';
  const resolved = new URL(reference, base);
  if (resolved.search === '') resolved.search = url.search;
  return readHttpUrl(resolved.href);
}

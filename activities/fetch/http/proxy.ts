import { createHash } from 'node:crypto';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { rememberSecret } from '../../redact.ts';
import { basicHeader, type NamedSecret } from './credentials.ts';
import { readHttpUrl } from './url.ts';

/** A proxy that requests go through. */
export interface ProxyAccess {
  readonly url: URL;
  /** Value of its Proxy-Authorization. */
  readonly token: string | undefined;
  /** Tells proxies apart without showing their credentials. */
  readonly fingerprint: string;
}

/**
 * The proxy of a Secret, by Flux's keys `address`, `username` and `password`; the address may hold both as well.
 * Throws AuthenticationFailed when it is none that can be used: http and https can.
 */
export function proxyOf(secret: NamedSecret): ProxyAccess {
  const address = secret.data['address']?.toString().trim() ?? '';
  if (address === '') throw unusable(`${secret.where} has no 'address'; add the URL of the proxy`);
  const given = URL.canParse(address) ? new URL(address) : undefined;
  const token = tokenOf(secret, given);
  if (given) given.password = '';
  const url = readHttpUrl(given?.href ?? address);
  if (typeof url === 'string') throw unusable(`${secret.where}: its 'address' ${url}`);
  const fingerprint = createHash('sha256').update(`${url.href} ${token}`).digest('hex');
  return { url, token, fingerprint };
}

function tokenOf({ data }: NamedSecret, address: URL | undefined): string | undefined {
  const username = data['username']?.toString() ?? decoded(address?.username);
  const password = data['password']?.toString() ?? decoded(address?.password) ?? '';
  rememberSecret(password);
  return username === undefined ? undefined : basicHeader({ username, password });
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined || part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // it is meant as it stands
  }
}

function unusable(message: string): Error {
  return failed(Reason.AuthenticationFailed, message);
}

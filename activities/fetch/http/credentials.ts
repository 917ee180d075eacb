import { createHash } from 'node:crypto';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { rememberSecret } from '../../redact.ts';
import type { TlsAccess } from './client.ts';

export type SecretData = Readonly<Record<string, Buffer>>;

/** The data of a Secret; undefined when there is none. */
export type ReadSecret = (namespace: string, name: string) => Promise<SecretData | undefined>;

/** A Secret that a spec names, and how messages name it. */
export interface NamedSecret {
  readonly data: SecretData;
  /** For example `secret 'apps/registry' of spec.secretRef`. */
  readonly where: string;
}

export interface Basic {
  readonly username: string;
  readonly password: string;
}

/** Reads a Secret that the field `field` of an object names. Throws AuthenticationFailed when there is none. */
export async function readNamedSecret(
  readSecret: ReadSecret,
  { namespace, name, field }: { readonly namespace: string; readonly name: string; readonly field: string },
): Promise<NamedSecret> {
  const where = `secret '${namespace}/${name}' of ${field}`;
  const data = await readSecret(namespace, name);
  if (data === undefined) throw failed(Reason.AuthenticationFailed, `${where} not found; create it`);
  return { data, where };
}

/** Username and password of a Secret, undefined when it has neither. Throws AuthenticationFailed when one is missing. */
export function basicOf({ data, where }: NamedSecret): Basic | undefined {
  const username = textOf(data['username']);
  const password = textOf(data['password']);
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw unusable(where, `has only one of 'username' and 'password'; add the other`);
  }
  if (username.includes(':')) throw unusable(where, "has a 'username' with a colon; correct it");
  rememberSecret(password);
  return { username, password };
}

/** The value of an Authorization header; its encoded form is a secret as well. */
export function basicHeader({ username, password }: Basic): string {
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  rememberSecret(encoded);
  return `Basic ${encoded}`;
}

export interface TlsOptions {
  /** Only the Secret's `ca.crt` is trusted, where it has one. */
  readonly isOnlyAuthority?: boolean;
}

/**
 * TLS material of a Secret: `ca.crt`, and `tls.crt` with `tls.key`; the older names `caFile`, `certFile`, `keyFile`
 * as well. The authorities of the machine stay trusted, as Flux has it for sources. Undefined when the Secret has none
 * of them. Throws AuthenticationFailed when they are incomplete or cannot be read.
 */
export function tlsOf(
  { data, where }: NamedSecret,
  { isOnlyAuthority = false }: TlsOptions = {},
): TlsAccess | undefined {
  const material = materialOf(data);
  const { ca, cert, key } = material;
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw unusable(where, "has only one of 'tls.crt' and 'tls.key'; add the other");
  }
  if (key !== undefined) rememberSecret(key.toString());
  const authorities = isOnlyAuthority ? [] : getCACertificates('default');
  const fingerprint = `${fingerprintOf([ca, cert, key])}${isOnlyAuthority ? ' alone' : ''}`;
  return { context: contextOf(where, material, authorities), fingerprint };
}

function materialOf(data: NamedSecret['data']) {
  return {
    ca: data['ca.crt'] ?? data['caFile'],
    cert: data['tls.crt'] ?? data['certFile'],
    key: data['tls.key'] ?? data['keyFile'],
  };
}

function fingerprintOf(parts: readonly (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? -1}:`).update(part ?? '');
  return hash.digest('hex');
}

function contextOf(
  where: string,
  { ca, cert, key }: ReturnType<typeof materialOf>,
  authorities: readonly string[],
) {
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw unusable(where, "has a 'ca.crt' without a PEM certificate; correct it");
  }
  try {
    return createSecureContext({
      ...(ca && { ca: [...authorities, ca] }),
      ...(cert && key && { cert, key }),
    });
  } catch {
    // The library's words may hold parts of the key.
    throw unusable(
      where,
      'holds certificates or a key that cannot be read; they must be PEM and belong together',
    );
  }
}

// A line break would end the header early; it comes from `echo` without -n.
function textOf(value: Buffer | undefined): string | undefined {
  const text = value?.toString().replace(/[\r\n]+$/, '');
  return text === '' ? undefined : text;
}

function unusable(where: string, problem: string): Error {
  return failed(Reason.AuthenticationFailed, `${where} ${problem}`);
}

import { createHash } from 'node:crypto';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { rememberSecret } from '../redact.ts';
import type { GitUrl } from './git-url.ts';
import type { NamedSecret } from './http/credentials.ts';

/** What git may show to the remote of one repository. */
export interface GitCredentials {
  readonly basic?: { readonly username: string; readonly password: string };
  readonly bearerToken?: string;
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly ssh?: { readonly identity: Buffer; readonly knownHosts: Buffer; readonly passphrase?: string };
  /** Tells credentials apart without showing them: what one may read is never served to another. */
  readonly fingerprint: string;
}

export type SecretData = Readonly<Record<string, Buffer>>;

const GITHUB_APP = /^githubApp/;
const GITHUB_APP_USER = 'x-access-token';

/**
 * Takes from a Secret what the scheme of the URL can use, by Flux's keys. `where` names the Secret in
 * messages. Throws AuthenticationFailed when keys are missing or unusable, InvalidProviderConfiguration
 * for GitHub App data, which the generic provider cannot use.
 */
export function credentialsOf(url: GitUrl, secret: SecretData | undefined, where: string): GitCredentials {
  const fingerprint = fingerprintOf(secret);
  if (secret === undefined) {
    if (url.protocol === 'ssh') throw unusable(where, "invalid 'ssh' auth option: 'identity' is required");
    return { fingerprint };
  }
  for (const [key, value] of Object.entries(secret)) if (isSensitive(key)) rememberSecret(value.toString());
  if (Object.keys(secret).some((key) => GITHUB_APP.test(key))) {
    const message = `${where} has GitHub App data, but spec.provider is not github; use username and password, or bearerToken`;
    throw failed(Reason.InvalidProviderConfiguration, message);
  }
  return url.protocol === 'ssh' ? sshOf(secret, where, fingerprint) : httpOf(url, secret, where, fingerprint);
}

/** The token of a GitHub App's installation, as git shows it. Throws AuthenticationFailed for unusable TLS data. */
export function githubAppCredentials(
  { protocol }: GitUrl,
  { data, where }: NamedSecret,
  token: string,
): GitCredentials {
  if (protocol === 'ssh') throw unusable(where, 'a GitHub App needs an https URL in spec.url');
  const tls = protocol === 'https' ? tlsOf(data, where) : undefined;
  // Of the Secret and not of the token, with which the mirror would change every hour.
  const fingerprint = fingerprintOf(data);
  return { basic: { username: GITHUB_APP_USER, password: token }, ...(tls && { tls }), fingerprint };
}

function sshOf(secret: SecretData, where: string, fingerprint: string): GitCredentials {
  const { identity, known_hosts: knownHosts } = secret;
  if (!identity?.length) throw unusable(where, "invalid 'ssh' auth option: 'identity' is required");
  if (!knownHosts?.length) throw unusable(where, "invalid 'ssh' auth option: 'known_hosts' is required");
  const passphrase = textOf(secret, 'password', where);
  return { ssh: { identity, knownHosts, ...(passphrase !== undefined && { passphrase }) }, fingerprint };
}

function httpOf(
  { protocol }: GitUrl,
  secret: SecretData,
  where: string,
  fingerprint: string,
): GitCredentials {
  const tls = protocol === 'https' ? tlsOf(secret, where) : undefined;
  const bearerToken = textOf(secret, 'bearerToken', where);
  if (bearerToken !== undefined) return { bearerToken, ...(tls && { tls }), fingerprint };
  const username = textOf(secret, 'username', where);
  const password = textOf(secret, 'password', where);
  if (username === undefined && password === undefined) return { ...(tls && { tls }), fingerprint };
  if (username === undefined) {
    throw unusable(where, `invalid '${protocol}' auth option: 'password' requires 'username' to be set`);
  }
  if (password === undefined) {
    throw unusable(where, `invalid '${protocol}' auth option: 'username' requires 'password' to be set`);
  }
  return { basic: { username, password }, ...(tls && { tls }), fingerprint };
}

function tlsOf(secret: SecretData, where: string): GitCredentials['tls'] {
  const ca = secret['ca.crt'] ?? secret['caFile'];
  const cert = secret['tls.crt'] ?? secret['certFile'];
  const key = secret['tls.key'] ?? secret['keyFile'];
  if ((cert === undefined) !== (key === undefined)) {
    throw unusable(where, "invalid TLS data: 'tls.crt' and 'tls.key' must be set together");
  }
  if (ca === undefined && cert === undefined) return undefined;
  return { ...(ca && { ca }), ...(cert && key && { cert, key }) };
}

// A line break would end git's answer or its header early; it comes from `echo` without -n.
function textOf(secret: SecretData, key: string, where: string): string | undefined {
  const text = secret[key]?.toString();
  if (text === undefined || text === '') return undefined;
  if (/\p{Cc}/u.test(text))
    throw unusable(where, `the key '${key}' holds a line break or control characters`);
  return text;
}

function isSensitive(key: string): boolean {
  return !['username', 'known_hosts', 'ca.crt', 'caFile', 'tls.crt', 'certFile'].includes(key);
}

function fingerprintOf(secret: SecretData | undefined): string {
  const hash = createHash('sha256');
  for (const [key, value] of Object.entries(secret ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${key}:${value.length}:`).update(value);
  }
  return hash.digest('hex');
}

function unusable(where: string, problem: string): Error {
  return failed(Reason.AuthenticationFailed, `${where}: ${problem}; correct the Secret`);
}

import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { rememberSecret } from '../../redact.ts';
import { type Basic, basicOf, type NamedSecret } from '../http/credentials.ts';
import { isSameRegistry } from './reference.ts';

const KEY = '.dockerconfigjson';

/**
 * What a Secret has for a registry: of a docker config the entry of that host, otherwise username and password.
 * Undefined when it has neither. Throws AuthenticationFailed when the config cannot be read or lacks the host.
 */
export function registryBasicOf(secret: NamedSecret, host: string): Basic | undefined {
  const text = secret.data[KEY]?.toString();
  if (text === undefined) return basicOf(secret);
  const auths = authsOf(text);
  if (!auths) throw unusable(secret, `holds no docker config in '${KEY}'`);
  const [, entry] = Object.entries(auths).find(([key]) => isSameRegistry(hostOf(key), host)) ?? [];
  if (!isRecord(entry))
    throw unusable(secret, `has no auth config for '${host}'; add an entry for it to auths`);
  const basic = basicOfEntry(entry);
  if (!basic) throw unusable(secret, `has an entry for '${host}' without username and password`);
  rememberSecret(basic.password);
  return basic;
}

/** Username and password of an entry of `auths`; undefined when it lacks one. */
export function basicOfEntry(entry: Record<string, unknown>): Basic | undefined {
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString();
    const colon = decoded.indexOf(':');
    rememberSecret(auth);
    return colon > 0 ? { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) } : undefined;
  }
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return username === '' || password === '' ? undefined : { username, password };
}

/** Keys are hosts or, of old clients, URLs. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//i, '').replace(/\/.*$/, '');
}

/** The entries of a docker config by registry, none where it has no `auths`; undefined when the text is no config. */
export function authsOf(text: string): Record<string, unknown> | undefined {
  try {
    const config: unknown = JSON.parse(text);
    if (!isRecord(config)) return undefined;
    const auths = config['auths'] ?? {};
    return isRecord(auths) ? auths : undefined;
  } catch {
    return undefined; // the parser's words would repeat the text
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unusable({ where }: NamedSecret, problem: string): Error {
  return failed(Reason.AuthenticationFailed, `${where} ${problem}`);
}

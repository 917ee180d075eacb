import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { rememberSecret } from '../../redact.ts';
import type { Basic, NamedSecret } from '../http/credentials.ts';
import { authsOf, basicOfEntry } from './docker-config.ts';
import { isSameRegistry, type OciRepository } from './reference.ts';

const CONFIG = '.dockerconfigjson';
const OLD_CONFIG = '.dockercfg';

interface Entry {
  readonly host: string;
  /** With a slash before it; empty when the entry is for all of the registry. */
  readonly path: string;
  /** Undefined where what stands there cannot be used. */
  readonly basic: Basic | undefined;
  readonly where: string;
}

/**
 * What pull secrets have for a repository, chosen as the kubelet does: keys may be hosts, hosts with stars, or hosts with
 * the beginning of a path, of which the most specific one counts. Undefined when none is for it: it is asked without.
 * Throws AuthenticationFailed for a Secret that is no docker config, and for an entry that cannot be used.
 */
export function pullCredentialsOf(
  secrets: readonly NamedSecret[],
  repository: OciRepository,
): Basic | undefined {
  const entries = secrets.flatMap(entriesOf).filter((entry) => isFor(entry, repository));
  const [best] = entries.toSorted((a, b) => compare(keyOf(b), keyOf(a)));
  if (best && !best.basic) throw unusable(best);
  return best?.basic;
}

function entriesOf({ data, where }: NamedSecret): readonly Entry[] {
  const found = data[CONFIG] ?? data[OLD_CONFIG];
  if (found === undefined) {
    const advice = 'make it with `kubectl create secret docker-registry`';
    throw failed(Reason.AuthenticationFailed, `${where} has no '${CONFIG}'; ${advice}`);
  }
  const text = found.toString();
  const auths = authsOf(data[CONFIG] === undefined ? `{"auths":${text}}` : text);
  if (!auths) throw failed(Reason.AuthenticationFailed, `${where} holds no docker config; correct it`);
  return Object.entries(auths).flatMap(([key, value]) => entryOf(key, value, where) ?? []);
}

// What tells who somebody is: an entry without any of these is as none.
const CREDENTIALS = ['auth', 'identitytoken', 'registrytoken'];

function entryOf(key: string, value: unknown, where: string): Entry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Record<string, unknown> = { ...value };
  const basic = basicOfEntry(fields);
  if (basic) rememberSecret(basic.password);
  else if (!CREDENTIALS.some((name) => fields[name])) return undefined;
  const bare = key.replace(/^https?:\/\//i, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  // Old clients wrote the version of the API as a path.
  const path = slash < 0 ? '' : bare.slice(slash).replace(/^\/v[12](?=\/)/, '');
  return { host, path: path === '/' ? '' : path, basic, where };
}

function unusable(entry: Entry): Error {
  const problem = `has an entry for '${keyOf(entry)}' without a username and password that can be read`;
  const advice = "write both, or auth as base64 of 'username:password'; tokens are not honoured";
  return failed(Reason.AuthenticationFailed, `${entry.where} ${problem}; ${advice}`);
}

function isFor({ host, path }: Entry, repository: OciRepository): boolean {
  if (!`/${repository.name}`.startsWith(path)) return false;
  return isSameRegistry(host, repository.host) || matchesHost(host, repository.host);
}

/** Stars stand for anything within one label; ports must be the same. */
function matchesHost(pattern: string, host: string): boolean {
  const [wanted, found] = [pattern.split('.'), host.split('.')];
  return wanted.length === found.length && wanted.every((label, index) => matches(label, found[index] ?? ''));
}

function matches(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return pattern === text;
  const last = others.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= text.length;
}

function keyOf({ host, path }: Entry): string {
  return `${host}${path}`;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

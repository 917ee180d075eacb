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
  readonly basic: Basic;
}

/**
 * What pull secrets have for a repository, chosen as the kubelet does: keys may be hosts, hosts with stars, or hosts with
 * the beginning of a path, of which the most specific one counts. Undefined when none is for it: it is asked without.
 * Throws AuthenticationFailed for a Secret that is no docker config.
 */
export function pullCredentialsOf(
  secrets: readonly NamedSecret[],
  repository: OciRepository,
): Basic | undefined {
  const entries = secrets.flatMap(entriesOf).filter((entry) => isFor(entry, repository));
  const [best] = entries.toSorted((a, b) => compare(keyOf(b), keyOf(a)));
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
  return Object.entries(auths).flatMap(([key, value]) => entryOf(key, value) ?? []);
}

function entryOf(key: string, value: unknown): Entry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const basic = basicOfEntry({ ...value });
  if (!basic) return undefined;
  rememberSecret(basic.password);
  const bare = key.replace(/^https?:\/\//i, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  // Old clients wrote the version of the API as a path.
  const path = slash < 0 ? '' : bare.slice(slash).replace(/^\/v[12](?=\/)/, '');
  return { host, path: path === '/' ? '' : path, basic };
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

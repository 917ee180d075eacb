import { BlockList, isIPv4 } from 'node:net';
import { hostProblem } from '../http/host.ts';

/** A repository of a registry. */
export interface OciRepository {
  /** `host[:port]` as it stands in references and in docker configs. */
  readonly host: string;
  /** Such as `charts/podinfo`. */
  readonly name: string;
}

const SEGMENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const LONGEST_NAME = 255;

/** Names under which Docker Hub is known; it answers at the last one only. */
const DOCKER_HUB: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/**
 * Reads `oci://host[:port]/name` (the scheme may be missing); answers what is wrong with it otherwise, in words that do
 * not repeat it. By the grammar of the OCI distribution specification; neither tag nor digest belong here.
 */
export function parseRepository(text: string): OciRepository | string {
  const rest = text.replace(/^oci:\/\//i, '').replace(/\/+$/, '');
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const name = slash < 0 ? '' : rest.slice(slash + 1);
  if (host.includes('@')) return 'holds a user; put credentials into a Secret and name it in spec.secretRef';
  const problem = problemOfHost(host);
  if (problem !== undefined) return problem;
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    return 'names no repository: behind the host comes a path of lower-case letters, digits and separators, without tag or digest';
  }
  return { host, name };
}

/** What a `host[:port]` of a registry lacks; undefined when it may be spoken to. */
function problemOfHost(host: string): string | undefined {
  if (!URL.canParse(`https://${host}/`)) return 'has no host of a registry';
  const url = new URL(`https://${host}/`);
  const same = url.host === host.toLowerCase().replace(/:443$/, '');
  return same ? hostProblem(url.hostname) : 'has a host that is no plain host name or address';
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** Where a registry answers: Docker Hub not where it is named. */
export function apiHost(host: string): string {
  return DOCKER_HUB.includes(host.toLowerCase()) ? 'registry-1.docker.io' : host;
}

/** Whether two names are of the same registry. */
export function isSameRegistry(a: string, b: string): boolean {
  return apiHost(a).toLowerCase() === apiHost(b).toLowerCase();
}

const privateNetworks = new BlockList();
privateNetworks.addSubnet('10.0.0.0', 8);
privateNetworks.addSubnet('172.16.0.0', 12);
privateNetworks.addSubnet('192.168.0.0', 16);

/**
 * Whether a registry is so near that it need not speak TLS, as go-containerregistry has it: on this machine or in a
 * private network.
 */
export function mayBePlain(host: string): boolean {
  const name = host.replace(/:\d*$/, '');
  if (isIPv4(name) && privateNetworks.check(name)) return true;
  const isHere = host.includes('127.0.0.1') || host.includes('::1') || host.startsWith('localhost:');
  return isHere || name.endsWith('.localhost');
}

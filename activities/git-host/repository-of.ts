import type { GitUrl } from '../fetch/git-url.ts';
import type { GitProvider } from './git-provider.ts';

/** A repository as its provider's API knows it. */
export interface ProviderRepository {
  /** Of the API, without a slash at its end. */
  readonly api: string;
  /** `owner/name`; with GitLab any number of groups before the name, or the number of the project. */
  readonly path: string;
}

// Where ssh is offered on the port of https.
const SSH_HOSTS: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
]);

const SEGMENT = /^[A-Za-z0-9_.-]+$/;

/**
 * Tells repository and API from a git URL. With `address`, that is the API, and what its path has before `/api/` is
 * where the server is, not part of the repository's path.
 * Answers what is wrong otherwise, as the end of a sentence about the URL.
 */
export function repositoryOf(provider: GitProvider, url: GitUrl, address?: URL): ProviderRepository | string {
  const { pathname } = new URL(url.href);
  const below = address?.pathname.replace(/\/(api(\/v\d+)?\/?)?$/, '') ?? '';
  const path = pathOf(
    below !== '' && pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : pathname,
  );
  const segments = path.split('/');
  const isComplete =
    provider === 'gitlab' ? segments.length >= 2 || /^\d+$/.test(path) : segments.length === 2;
  if (!isComplete || segments.some((part) => !SEGMENT.test(part) || /^\.+$/.test(part))) {
    return provider === 'gitlab' ? 'has no path like group/project' : 'has no path like owner/repository';
  }
  return { api: address ? hrefOf(address) : apiOf(provider, url), path };
}

function pathOf(pathname: string): string {
  return pathname
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '');
}

function apiOf(provider: GitProvider, url: GitUrl): string {
  const origin = originOf(url);
  switch (provider) {
    case 'github':
      return githubApi(origin);
    case 'gitlab':
      return `${origin.href}api/v4`;
    case 'gitea':
    case 'forgejo':
      return `${origin.href}api/v1`;
  }
}

/** Of GitHub itself, of a company's part of it (ghe.com), or of a server of its own. */
function githubApi(origin: URL): string {
  const { hostname } = origin;
  if (hostname === 'github.com' || hostname === 'www.github.com') return 'https://api.github.com';
  return hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${origin.href}api/v3`;
}

/** Who is reached by ssh answers https on its usual port: nothing else can be told from such a URL. */
function originOf({ protocol, origin }: GitUrl): URL {
  if (protocol !== 'ssh') return new URL(origin);
  const { hostname } = new URL(origin);
  return new URL(`https://${SSH_HOSTS.get(hostname) ?? hostname}`);
}

function hrefOf({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

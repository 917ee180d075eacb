import { type ApiPath, parseApiPath } from './api-path.ts';

/** The release that a gateway works for, as far as paths depend on it. */
export interface ReleasePlace {
  readonly storageNamespace: string;
  readonly releaseNamespace: string;
  readonly releaseName: string;
}

/** Where a request of helm goes. */
export interface Route {
  /** With its query. */
  readonly path: string;
  readonly isWatch: boolean;
  /** The version of the release whose record it is about. */
  readonly version?: number | undefined;
  /** Creates something among the Secrets of the release's namespace: its body may be one of helm's records. */
  readonly mayCreateRecord: boolean;
  /** Reads one object, no record of helm's. */
  readonly isObjectRead: boolean;
}

// What Flux's helm-controller is called in managedFields; helm's program insists on its own name.
export const FIELD_MANAGER = 'helm-controller';
export const HELMS_MANAGER = 'helm';

/**
 * Maps a request of helm to one of the API server: its records go to the storage namespace, its writes bear Flux's
 * field manager. Undefined for what is refused.
 */
export function route(method: string, url: string, place: ReleasePlace): Route | undefined {
  const [path, query] = splitQuery(url);
  const about = parseApiPath(path);
  if (!about || isRefused(about)) return undefined;
  const search = new URLSearchParams(query);
  if (search.get('fieldManager') === HELMS_MANAGER) search.set('fieldManager', FIELD_MANAGER);
  const record = recordAt(method, about, { search, place });
  const isObject = about.name !== undefined && about.subresource === undefined;
  return {
    path: withQuery(record ? recordPath(about.name, place) : path, search),
    isWatch: /^(true|1)$/.test(search.get('watch') ?? ''),
    version: record?.version,
    mayCreateRecord: method === 'POST' && about.name === undefined && isOwnSecret(about, place),
    isObjectRead: method === 'GET' && isObject && !record,
  };
}

/** The path of a record in the storage namespace; of all of them without a name. */
export function recordPath(name: string | undefined, { storageNamespace }: ReleasePlace): string {
  const collection = `/api/v1/namespaces/${encodeURIComponent(storageNamespace)}/secrets`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}

/** The version in the name of one of the release's records. */
export function recordVersion(name: string, { releaseName }: ReleasePlace): number | undefined {
  const prefix = `sh.helm.release.v1.${releaseName}.v`;
  const version = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[1-9]\d{0,9}$/.test(version) ? Number(version) : undefined;
}

/** The path of a URL, and its query without the question mark. */
export function splitQuery(url: string): readonly [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

// They lead into containers and to other servers, and no act of helm needs them.
const REFUSED = new Set(['exec', 'attach', 'portforward', 'proxy']);
// Old forms of watches and proxies, in front of the resource.
const LEGACY = new Set(['watch', 'proxy', 'redirect']);

function isRefused({ plural, subresource }: ApiPath): boolean {
  return REFUSED.has(subresource ?? '') || LEGACY.has(plural);
}

interface Asked {
  readonly search: URLSearchParams;
  readonly place: ReleasePlace;
}

/** One of the release's records, or the list of them; undefined where it is about neither. */
function recordAt(
  method: string,
  about: ApiPath,
  { search, place }: Asked,
): { readonly version?: number } | undefined {
  if (!isOwnSecret(about, place)) return undefined;
  if (about.name !== undefined) {
    // Helm's storage does not patch: that is an object of the chart with such a name.
    const version = method === 'PATCH' ? undefined : recordVersion(about.name, place);
    return version === undefined ? undefined : { version };
  }
  const labels = (search.get('labelSelector') ?? '').split(',');
  const isList = labels.includes('owner=helm') && labels.includes(`name=${place.releaseName}`);
  return method === 'GET' && isList ? {} : undefined;
}

function isOwnSecret({ root, namespace, plural }: ApiPath, { releaseNamespace }: ReleasePlace): boolean {
  return root === 'api' && plural === 'secrets' && namespace === releaseNamespace;
}

function withQuery(path: string, search: URLSearchParams): string {
  const query = search.toString();
  return query === '' ? path : `${path}?${query}`;
}

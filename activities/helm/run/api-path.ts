/** What a path of the Kubernetes API is about. */
export interface ApiPath {
  /** `api`, `apis`, `openapi` or `version`. */
  readonly root: string;
  readonly namespace: string | undefined;
  /** Of the resource; empty where the path is about none, as with discovery. */
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const ROOTS = new Set(['api', 'apis', 'openapi', 'version']);

/** Reads a path without its query; undefined for one that could be read in two ways, or leads elsewhere. */
export function parseApiPath(path: string): ApiPath | undefined {
  const segments = segmentsOf(path);
  if (segments === undefined) return undefined;
  const [root = ''] = segments;
  if (!ROOTS.has(root)) return undefined;
  // Behind the group, where there is one, and the version.
  const rest = segments.slice({ api: 2, apis: 3 }[root] ?? segments.length);
  const isInNamespace = rest[0] === 'namespaces' && rest[2] !== undefined && !OF_NAMESPACES.has(rest[2]);
  const [plural = '', name, subresource] = isInNamespace ? rest.slice(2) : rest;
  return { root, namespace: isInNamespace ? rest[1] : undefined, plural, name, subresource };
}

/** Their subresources, which stand where others have the plural. */
const OF_NAMESPACES = new Set(['finalize', 'status']);

function segmentsOf(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const segments = path.slice(1).split('/').map(decoded);
  return segments.every((segment) => segment !== undefined && isPlain(segment))
    ? (segments as string[])
    : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isPlain(segment: string): boolean {
  return !/^\.{0,2}$/.test(segment) && !/[/\\\p{Cc}]/u.test(segment);
}

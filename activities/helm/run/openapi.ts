import { createLru, type Lru } from '../../build/lru.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Discovery } from '../../kube/discovery.ts';
import { parseJson } from '../../kube/json.ts';
import { wholeBody } from './answer.ts';

/**
 * Answers for an OpenAPI document with what helm reads in it: whether a kind's PATCH takes `fieldValidation`. The
 * whole of it has megabytes, which helm parses twice in an upgrade, and took more of its time than all else together.
 */
export interface OpenApi {
  /** The JSON text; undefined when the server did not answer with such a document, and the request is to go its way. */
  read(kube: KubeClient, path: string, signal: AbortSignal): Promise<string | undefined>;
}

const MAX_DOCUMENT = 64 * 1024 * 1024;
const MAX_CACHE = 16 * 1024 * 1024;

/** Whether a path names one document by the hash of its content, as the index of a server does. */
export function isOpenApiDocument(path: string): boolean {
  return /^\/openapi\/v3\/apis?\/[^?]+\?(.*&)?hash=[0-9A-F]{16,}/.test(path);
}

export function createOpenApi(): OpenApi {
  // By server, which all identities share: what one server says under some hash is nobody else's truth.
  const caches = new WeakMap<Discovery, Lru<string>>();

  return {
    async read(kube, path, signal) {
      const cache = caches.get(kube.discovery) ?? createLru<string>(MAX_CACHE, (text) => text.length);
      caches.set(kube.discovery, cache);
      const found = cache.get(path);
      if (found !== undefined) return found;
      const headers = { accept: 'application/json' };
      const answer = await kube.forward({ method: 'GET', path, headers, body: null, isWatch: false, signal });
      const text = (await wholeBody(answer.body, MAX_DOCUMENT)).toString();
      const reduced = answer.status === 200 ? reduce(text) : undefined;
      if (reduced !== undefined) cache.set(path, reduced);
      return reduced;
    },
  };
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly $ref?: string }[];
  readonly 'x-kubernetes-group-version-kind'?: unknown;
}

interface Document {
  readonly openapi?: string;
  readonly info?: unknown;
  readonly paths?: Readonly<Record<string, { readonly patch?: Operation }>>;
  readonly components?: { readonly parameters?: unknown };
}

function reduce(text: string): string | undefined {
  const { openapi, info, paths, components } = parseJson(text) as Document;
  if (paths === undefined) return undefined;
  const patched = Object.entries(paths).flatMap(([path, { patch }]) =>
    patch === undefined ? [] : [[path, { patch: reducePatch(patch) }] as const],
  );
  return JSON.stringify({
    openapi,
    info,
    paths: Object.fromEntries(patched),
    components: { parameters: components?.parameters },
  });
}

const KIND = 'x-kubernetes-group-version-kind';

function reducePatch({ parameters, [KIND]: kind }: Operation): Operation {
  return {
    parameters: (parameters ?? []).map(({ name, in: place, $ref }) => ({
      ...(name !== undefined && { name }),
      ...(place !== undefined && { in: place }),
      ...($ref !== undefined && { $ref }),
    })),
    [KIND]: kind,
  };
}

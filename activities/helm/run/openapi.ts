import { createLru } from '../../build/lru.ts';
import { abortable } from '../../fetch/keyed-lock.ts';
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
  const servers = new WeakMap<Discovery, Documents>();

  return {
    async read(kube, path, signal) {
      const server = servers.get(kube.discovery) ?? createDocuments();
      servers.set(kube.discovery, server);
      signal.throwIfAborted();
      return await abortable(server.read(kube, path), signal);
    },
  };
}

interface Documents {
  read(kube: KubeClient, path: string): Promise<string | undefined>;
}

/** Those of one server. Processes that begin together ask together: each text takes some ten megabytes to be read. */
function createDocuments(): Documents {
  const kept = createLru<string>(MAX_CACHE, (text) => text.length);
  const reading = new Map<string, Promise<string | undefined>>();

  async function begin(kube: KubeClient, path: string): Promise<string | undefined> {
    try {
      const reduced = await fetchReduced(kube, path);
      if (reduced !== undefined) kept.set(path, reduced);
      return reduced;
    } finally {
      reading.delete(path);
    }
  }

  return {
    async read(kube, path) {
      const found = kept.get(path);
      if (found !== undefined) return found;
      const document = reading.get(path) ?? begin(kube, path);
      reading.set(path, document);
      return await document;
    },
  };
}

async function fetchReduced(kube: KubeClient, path: string): Promise<string | undefined> {
  const headers = { accept: 'application/json' };
  // Others may wait for it longer than who asked first.
  const { signal } = new AbortController();
  const answer = await kube.forward({ method: 'GET', path, headers, body: null, isWatch: false, signal });
  const text = (await wholeBody(answer.body, MAX_DOCUMENT)).toString();
  return answer.status === 200 ? reduce(text) : undefined;
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

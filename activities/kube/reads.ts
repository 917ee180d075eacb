import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient, KubeList, ListQuery, WatchEvent } from './contract.ts';
import type { Discovery } from './discovery.ts';
import { isNotFound, KubeError, type StatusBody } from './errors.ts';
import { parseJson } from './json.ts';
import { listPath, objectPath } from './paths.ts';
import type { KubeRequest, Transport } from './transport.ts';

export type Send = (request: KubeRequest) => Promise<string>;

const LIST_PAGE = 500;
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const WATCH_SECONDS = 290;

/** The reading half of a client. */
export function readsOf(
  discovery: Discovery,
  send: Send,
  lines: Transport['lines'],
): Pick<KubeClient, 'get' | 'list' | 'listMetadata' | 'watch'> {
  return {
    async get(target) {
      const path = await objectPath(discovery, target);
      try {
        return parseJson(await send({ method: 'GET', path })) as KubeObject;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: (query) => listAll(discovery, send, query),
    listMetadata: (query) => listAll(discovery, (request) => send({ ...request, accept: METADATA }), query),
    watch: (query, { signal }) => watchEvents(discovery, lines, query, signal),
  };
}

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubeObject[] | null;
}

async function listAll(discovery: Discovery, send: Send, query: ListQuery): Promise<KubeList> {
  const { apiVersion, kind } = query;
  const items: KubeObject[] = [];
  let next = '';
  for (;;) {
    const body = await listPage(discovery, send, query, next);
    // Items of a list leave out what they all share.
    for (const item of body.items ?? []) items.push({ ...item, apiVersion, kind });
    next = body.metadata.continue ?? '';
    if (!next) return { resourceVersion: body.metadata.resourceVersion, items };
  }
}

async function listPage(discovery: Discovery, send: Send, query: ListQuery, next: string): Promise<ListBody> {
  const more: Record<string, string> = { limit: String(LIST_PAGE) };
  if (next) more['continue'] = next;
  else if (query.resourceVersion) more['resourceVersion'] = query.resourceVersion;
  const path = await listPath(discovery, query, more);
  return parseJson(await send({ method: 'GET', path })) as ListBody;
}

async function* watchEvents(
  discovery: Discovery,
  lines: Transport['lines'],
  query: ListQuery,
  signal: AbortSignal,
): AsyncIterable<WatchEvent> {
  const more: Record<string, string> = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
  };
  if (query.resourceVersion) more['resourceVersion'] = query.resourceVersion;
  const path = await listPath(discovery, query, more);
  for await (const line of lines({ method: 'GET', path }, signal)) {
    if (line === '') continue;
    const event = parseJson(line) as {
      readonly type: WatchEvent['type'] | 'ERROR';
      readonly object: KubeObject;
    };
    if (event.type === 'ERROR') {
      const body = event.object as unknown as StatusBody & { readonly code?: number };
      throw new KubeError(body.code ?? 500, body);
    }
    yield { type: event.type, object: event.object };
  }
}

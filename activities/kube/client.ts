import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeAccess } from './config.ts';
import { createDiscovery, type Discovery, type Resource } from './discovery.ts';
import { isNotFound, KubeError, type StatusBody } from './errors.ts';
import { parseJson } from './json.ts';
import { createTransport, type KubeRequest, type Transport } from './transport.ts';

/** One object of the cluster by its address. */
export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** `'0'` allows an answer from the server's cache that may be some milliseconds old. */
  readonly resourceVersion?: string | undefined;
}

export interface KubeList {
  readonly resourceVersion: string;
  readonly items: readonly KubeObject[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly subresource?: 'status';
}

export interface PatchOptions {
  readonly type: 'merge' | 'json';
  readonly subresource?: 'status';
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

export interface DeleteOptions {
  /** Deletes only the object of this UID: never a namesake that came after it. */
  readonly uid?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** The Kubernetes API as raw JSON: nothing is validated, renamed or dropped on the way. */
export interface KubeClient {
  readonly discovery: Discovery;
  /** Undefined when it does not exist. */
  get(target: Target): Promise<KubeObject | undefined>;
  list(query: ListQuery): Promise<KubeList>;
  /** Server-side apply. */
  apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  patch(target: Target, patch: unknown, options: PatchOptions): Promise<KubeObject>;
  /** False when it was gone already. Throws a conflict when the UID is another's. */
  delete(target: Target, options?: DeleteOptions): Promise<boolean>;
  /** Events from `resourceVersion` on until the server or the signal ends it; throws on an error event (410: list again). */
  watch(query: ListQuery, options: { readonly signal: AbortSignal }): AsyncIterable<WatchEvent>;
  /** The same server, as somebody else: `system:serviceaccount:<namespace>:<name>`. */
  as(user: string): KubeClient;
  close(): Promise<void>;
}

export interface KubeClientOptions {
  /** Throws when this process may no longer write: see activities/fence.ts. */
  readonly assertMayWrite?: () => void;
  readonly connections?: number;
}

const LIST_PAGE = 500;
const WATCH_SECONDS = 290;

export function createKubeClient(access: KubeAccess, options: KubeClientOptions = {}): KubeClient {
  const transport = createTransport(access, options.connections ?? 32);
  const discovery = createDiscovery(async (path, accept) =>
    parseJson(await transport.send({ method: 'GET', path, accept })),
  );
  return clientFor({ transport, discovery, options });
}

interface Wire {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly options: KubeClientOptions;
  readonly user?: string;
}

type Send = (request: KubeRequest) => Promise<string>;

function clientFor(wire: Wire): KubeClient {
  const { discovery, options, user } = wire;
  const send: Send = (request) => wire.transport.send({ ...request, user });
  const write: Send = async (request) => {
    options.assertMayWrite?.();
    return send(request);
  };

  return {
    discovery,
    async get(target) {
      try {
        return parseJson(
          await send({ method: 'GET', path: await objectPath(discovery, target) }),
        ) as KubeObject;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: (query) => listAll(send, discovery, query),
    async apply(object, { fieldManager, force, dryRun, subresource }) {
      const query = new URLSearchParams({ fieldManager, fieldValidation: 'Strict' });
      if (force ?? true) query.set('force', 'true');
      if (dryRun) query.set('dryRun', 'All');
      const path = `${await objectPath(discovery, targetOf(object), subresource)}?${query.toString()}`;
      const input = {
        method: 'PATCH',
        path,
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(object),
      } as const;
      return parseJson(await (dryRun ? send(input) : write(input))) as KubeObject;
    },
    async create(object) {
      const resource = await discovery.resourceFor(object.apiVersion, object.kind);
      const path = collectionPath(resource, object.metadata.namespace);
      const body = JSON.stringify(object);
      return parseJson(
        await write({ method: 'POST', path, contentType: 'application/json', body }),
      ) as KubeObject;
    },
    async patch(target, patch, { type, subresource, fieldManager, dryRun }) {
      const query = new URLSearchParams();
      if (fieldManager) query.set('fieldManager', fieldManager);
      if (dryRun) query.set('dryRun', 'All');
      const path = `${await objectPath(discovery, target, subresource)}?${query.toString()}`;
      const contentType = type === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
      return parseJson(
        await write({ method: 'PATCH', path, contentType, body: JSON.stringify(patch) }),
      ) as KubeObject;
    },
    async delete(target, { uid, propagationPolicy = 'Background' } = {}) {
      const body = JSON.stringify({ propagationPolicy, ...(uid && { preconditions: { uid } }) });
      try {
        const path = await objectPath(discovery, target);
        await write({ method: 'DELETE', path, contentType: 'application/json', body });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    watch: (query, { signal }) => watchEvents(wire, query, signal),
    as: (name) => clientFor({ ...wire, user: name }),
    close: () => wire.transport.close(),
  };
}

export function targetOf(object: KubeObject): Target {
  const { namespace, name } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
}

function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.apiVersion.includes('/')
    ? `/apis/${resource.apiVersion}`
    : `/api/${resource.apiVersion}`;
  return resource.namespaced && namespace
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
    : `${root}/${resource.plural}`;
}

async function objectPath(discovery: Discovery, target: Target, subresource?: string): Promise<string> {
  const resource = await discovery.resourceFor(target.apiVersion, target.kind);
  const path = `${collectionPath(resource, target.namespace)}/${encodeURIComponent(target.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubeObject[] | null;
}

async function listPath(
  discovery: Discovery,
  query: ListQuery,
  more: Record<string, string>,
): Promise<string> {
  const resource = await discovery.resourceFor(query.apiVersion, query.kind);
  const search = new URLSearchParams(more);
  if (query.labelSelector) search.set('labelSelector', query.labelSelector);
  if (query.fieldSelector) search.set('fieldSelector', query.fieldSelector);
  return `${collectionPath(resource, query.namespace)}?${search.toString()}`;
}

async function listAll(send: Send, discovery: Discovery, query: ListQuery): Promise<KubeList> {
  const items: KubeObject[] = [];
  let next = '';
  for (;;) {
    const more: Record<string, string> = next
      ? { limit: String(LIST_PAGE), continue: next }
      : { limit: String(LIST_PAGE) };
    if (!next && query.resourceVersion) more['resourceVersion'] = query.resourceVersion;
    const body = parseJson(
      await send({ method: 'GET', path: await listPath(discovery, query, more) }),
    ) as ListBody;
    // Items of a list leave out what they all share.
    for (const item of body.items ?? [])
      items.push({ ...item, apiVersion: query.apiVersion, kind: query.kind });
    next = body.metadata.continue ?? '';
    if (!next) return { resourceVersion: body.metadata.resourceVersion, items };
  }
}

async function* watchEvents(wire: Wire, query: ListQuery, signal: AbortSignal): AsyncIterable<WatchEvent> {
  const more: Record<string, string> = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
  };
  if (query.resourceVersion) more['resourceVersion'] = query.resourceVersion;
  const path = await listPath(wire.discovery, query, more);
  for await (const line of wire.transport.lines({ method: 'GET', path, user: wire.user }, signal)) {
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

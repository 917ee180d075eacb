import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { KubeObject } from '../../api/kube-object.ts';
import type { Discovery } from './discovery.ts';

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

interface ApplyOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly subresource?: 'status';
}

interface PatchOptions {
  readonly type: 'merge' | 'json';
  readonly subresource?: 'status';
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

interface DeleteOptions {
  /** Deletes only the object of this UID: never a namesake that came after it. */
  readonly uid?: string | undefined;
  /** Deletes only this very version of it: never one that somebody has claimed meanwhile. */
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** A request of a child process, with its own bytes and none of its credentials. */
export interface ForwardedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | Buffer | null;
  /** Whether the answer goes on until somebody ends it. */
  readonly isWatch: boolean;
  readonly signal: AbortSignal;
}

/** An answer of the API server as it comes. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** The Kubernetes API as raw JSON: nothing is validated, renamed or dropped on the way. */
export interface KubeClient {
  readonly discovery: Discovery;
  /** Undefined when it does not exist. */
  get(target: Target): Promise<KubeObject | undefined>;
  list(query: ListQuery): Promise<KubeList>;
  /** Only `metadata` of the objects: what their content weighs is not sent. */
  listMetadata(query: ListQuery): Promise<KubeList>;
  /** Server-side apply. */
  apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  /** Puts a whole object in the place of the old one. Throws a conflict when its `resourceVersion` is not the latest. */
  replace(object: KubeObject, options: { readonly fieldManager: string }): Promise<KubeObject>;
  patch(target: Target, patch: unknown, options: PatchOptions): Promise<KubeObject>;
  /** False when it was gone already. Throws a conflict when the UID or the version is another. */
  delete(target: Target, options?: DeleteOptions): Promise<boolean>;
  /** Events from `resourceVersion` on until the server or the signal ends it; throws on an error event (410: list again). */
  watch(query: ListQuery, options: { readonly signal: AbortSignal }): AsyncIterable<WatchEvent>;
  /** Hands on what another program asks, with this client's credentials and identity. Throws KubeUnreachableError. */
  forward(request: ForwardedRequest): Promise<ForwardedAnswer>;
  /** The same server, as somebody else: `system:serviceaccount:<namespace>:<name>`. */
  as(user: string): KubeClient;
  close(): Promise<void>;
}

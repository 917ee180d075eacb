import type { ProviderType } from '../../api/provider.ts';
import type { HttpClient, TlsAccess } from '../fetch/http/client.ts';
import type { ProxyAccess } from '../fetch/http/proxy.ts';
import type { FluxEvent } from './event.ts';

/** A Provider with its Secrets read: how to tell somebody. */
export interface Recipient {
  readonly type: ProviderType;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Of the Secret, else of the spec; empty when neither has one. */
  readonly address: string;
  readonly channel: string;
  /** Of the Secret, else of the spec. */
  readonly username: string;
  readonly password: string;
  readonly token: string;
  /** Further headers, of the Secret's key `headers`. */
  readonly headers: Readonly<Record<string, string>>;
  /** All of the Secret, for types with keys of their own. */
  readonly secret: Readonly<Record<string, Buffer>>;
  readonly tls: TlsAccess | undefined;
  readonly proxy: ProxyAccess | undefined;
}

/** One message for one recipient. */
export interface Delivery {
  /** With the metadata as it is told. */
  readonly event: FluxEvent;
  readonly recipient: Recipient;
  /** The alert that wants it. */
  readonly alert: { readonly name: string; readonly namespace: string; readonly uid: string };
  /** The same in each attempt at this message: for services that can tell a repetition. */
  readonly key: string;
  /** The name of the commit status; only for types that set one. */
  readonly commitStatus?: string;
  /** Bounds the delivery: the Provider's `timeout`. */
  readonly signal: AbortSignal;
}

export interface SenderDeps {
  /** For servers that tenants name: guarded, bounded. */
  readonly http: HttpClient;
}

/**
 * Tells one message to one kind of service. Throws `transient` NotificationDispatchFailed for what may pass by itself
 * (no answer, 429 with its Retry-After, 5xx) and `failed` for what only a change of the Provider mends (400, 401, 403,
 * 404, an address that does not parse); messages name the service and the status, never the address or the token.
 */
export type Sender = (deps: SenderDeps, delivery: Delivery) => Promise<void>;

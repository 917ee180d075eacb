import type { TlsAccess } from '../http/client.ts';
import type { Basic } from '../http/credentials.ts';
import type { ProxyAccess } from '../http/proxy.ts';

/** How to speak to one registry. */
export interface RegistryAccess {
  /** As references name it. */
  readonly host: string;
  /** Where it answers: https, or http when the object says so. */
  readonly origin: URL;
  /**
   * A registry that answers without TLS at an origin of https is spoken to in plain http; with `if needed` also one that
   * does not answer there.
   */
  readonly mayBePlain?: boolean | 'if needed';
  readonly basic?: Basic | undefined;
  readonly tls?: TlsAccess | undefined;
  /** Also towards its token server. */
  readonly proxy?: ProxyAccess | undefined;
}

/** Points to content of a repository by its digest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface Manifest {
  /** `sha256:<hex>` of its bytes, which were checked when it was asked for by digest. */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** Of an index: the manifests below it. */
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Repository, credentials and bound of a question to a registry. */
export interface RegistryRequest {
  readonly access: RegistryAccess;
  /** Name of the repository, such as `charts/podinfo`. */
  readonly repository: string;
  readonly signal: AbortSignal;
}

/** The reading side of the OCI distribution API. All throw {@link HttpError}, or the signal's reason. */
export interface RegistryClient {
  /** All tags of a repository, in the order of the registry; at most 100,000. */
  listTags(request: RegistryRequest): Promise<readonly string[]>;
  /** The manifest or index of a tag or digest; undefined when there is none. */
  getManifest(request: RegistryRequest, reference: string): Promise<Manifest | undefined>;
  /** The digest of a tag, that of an index where the tag names one; undefined when there is no such tag. */
  getDigest(request: RegistryRequest, tag: string): Promise<string | undefined>;
  /** The bytes of a blob, at most `limit` of them, checked against size and digest. */
  getBlob(
    request: RegistryRequest,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    limit: number,
  ): Promise<Buffer>;
  /** What refers to a manifest, by the referrers API or the tag that stands in for it. */
  listReferrers(request: RegistryRequest, digest: string): Promise<readonly Descriptor[]>;
}

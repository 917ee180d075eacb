import type { Artifact } from '../../../api/artifact.ts';
import type { HelmRepository } from '../../../api/helm-repository.ts';

/** Where charts are: a HelmRepository, or what a dependency of a chart says of one that no object names. */
export interface RepositoryRef {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: HelmRepository['spec'];
}

/** One version of a chart, as an index or the tags of a registry tell it. */
export interface ChartVersion {
  readonly name: string;
  /** As it is written there, with its `v` if it has one. */
  readonly version: string;
  /** Absolute or relative to the repository, the first one counts; of a registry `oci://host/path/name:version`. */
  readonly urls: readonly string[];
  /** Of the archive, lower-case hex of its sha256. */
  readonly digest?: string | undefined;
  /** RFC 3339. */
  readonly created?: string | undefined;
  readonly deprecated?: boolean | undefined;
}

/** What an index says, kept small: its charts are read one by one when they are asked for. */
export interface ChartIndex {
  /** `sha256:<hex>` of the bytes that it was read from. */
  readonly digest: string;
  readonly charts: number;
  readonly versions: number;
  /** What was left out and why, in words; the first few. */
  readonly warnings: readonly string[];
  /** What it takes in memory. */
  readonly bytes: number;
  /** Newest first, each read as it is asked for; undefined when the index has no such chart. */
  versionsOf(chart: string): Iterable<ChartVersion> | undefined;
  /** Of all charts, sorted. */
  names(): readonly string[];
}

export interface ChartOptions {
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: Readonly<Record<string, unknown>>) => void;
}

export interface IndexFetchResult {
  /** The artifact in the status is still the one; nothing was stored. */
  readonly unchanged: boolean;
  /** Its revision is the digest of the index. */
  readonly artifact: Artifact;
  /** Bytes of the index: Flux's event names it. */
  readonly size: number;
  /** What the index has that is passed over; the first few. Absent when nothing was fetched. */
  readonly warnings?: readonly string[];
}

/** Whose signature a chart of a registry needs: Secret with public keys in `*.pub`. */
export interface SignatureKeys {
  readonly namespace: string;
  readonly secretName: string;
}

export interface DownloadedChart {
  /** The packaged chart (`.tgz`), at most 10 MiB; its digest was checked when the repository tells one. */
  readonly content: Buffer;
  /** `sha256:<hex>` of the content. */
  readonly digest: string;
  /** The signature was asked for and is good. */
  readonly isVerified: boolean;
}

/**
 * Charts of HelmRepositories, over HTTP and of registries alike. Failures: URLInvalid (stalled), AuthenticationFailed;
 * of an index Failed and IndexationFailed; of a chart InvalidChartReference (stalled), ChartPullError,
 * ChartVerificationError and VerificationError.
 */
export interface ChartRepositories {
  /** Asks for the index with the validators of the last answer; not for registries, which have none. */
  check(
    repository: HelmRepository,
    signal: AbortSignal,
  ): Promise<{ readonly revision: string; readonly changed: boolean }>;
  /** Fetches the index, checks it and stores it as the artifact of the repository; not for registries. */
  fetchIndex(repository: HelmRepository, options: ChartOptions): Promise<IndexFetchResult>;
  /**
   * The newest version of a chart in a range, by Flux's rules. Of a repository over HTTP it is looked up in `index`,
   * which is the artifact of the HelmRepository; without one the index is fetched now. Of a registry a range is looked
   * up in the tags, an exact version is taken as it is.
   */
  resolve(
    repository: RepositoryRef,
    wanted: { readonly chart: string; readonly version: string; readonly index?: Artifact | undefined },
    options: ChartOptions,
  ): Promise<ChartVersion>;
  /** Brings the archive of a version that {@link resolve} gave. `verify` is for registries only. */
  download(
    repository: RepositoryRef,
    version: ChartVersion,
    options: ChartOptions & { readonly verify?: SignatureKeys | undefined },
  ): Promise<DownloadedChart>;
  /** Checks the signature alone, as Flux does at each look; for registries only. */
  verify(
    repository: RepositoryRef,
    version: ChartVersion,
    options: ChartOptions & { readonly verify: SignatureKeys },
  ): Promise<void>;
}

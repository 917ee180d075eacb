/** What a source stored and a consumer may download: `status.artifact`. */
export interface Artifact {
  /** `<algorithm>:<hex>` of the archive's bytes. */
  readonly digest: string;
  readonly lastUpdateTime: string;
  readonly path: string;
  /** For example `main@sha1:<commit>`. */
  readonly revision: string;
  readonly size?: number | undefined;
  readonly url: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

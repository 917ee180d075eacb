/** What helm keeps of one version of a release, as far as anybody here reads it. Fields that were empty are undefined or ''. */
export interface Release {
  readonly name: string;
  /** Of the release; its record may be in another one. */
  readonly namespace: string;
  readonly version: number;
  readonly info: ReleaseInfo;
  readonly chart: ChartMetadata;
  /** The values it was made with; numbers are doubles, as for helm. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly manifest: string;
  readonly hooks: readonly Hook[];
  /** `ssa` or `csa`; empty means `csa`. */
  readonly applyMethod: string;
  readonly record: ReleaseRecord;
}

export interface ReleaseInfo {
  /** RFC 3339, with the offset and the nanoseconds that helm wrote. */
  readonly firstDeployed: string | undefined;
  readonly lastDeployed: string | undefined;
  readonly deleted: string | undefined;
  readonly description: string;
  /** Helm's own word: `deployed`, `failed`, `pending-upgrade`, … */
  readonly status: string;
  /** 0 when it is no rollback, or was made by a helm that did not note it. */
  readonly rollbackRevision: number;
  readonly notes: string;
}

/** Chart.yaml. */
export interface ChartMetadata {
  readonly name: string;
  readonly home: string;
  readonly sources: readonly string[];
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly (Maintainer | undefined)[];
  readonly icon: string;
  readonly apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  readonly kubeVersion: string;
  readonly dependencies: readonly (ChartDependency | undefined)[];
  readonly type: string;
}

export interface Maintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

export interface ChartDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly importValues: readonly unknown[];
  readonly alias: string;
}

export interface Hook {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly string[];
  readonly lastRun: HookRun;
  readonly weight: number;
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

export interface HookRun {
  readonly startedAt: string | undefined;
  readonly completedAt: string | undefined;
  /** `Succeeded`, `Failed`, `Running` or `Unknown`; empty before it ran. */
  readonly phase: string;
}

/** The Secret that holds one version of a release. */
export interface ReleaseRecord {
  readonly name: string;
  /** The storage namespace. */
  readonly namespace: string;
  readonly version: number;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The label, which is helm's copy of `info.status`. */
  readonly status: string;
  /** Whether an act of ours, or of helm-controller, wrote it, and nobody else since. */
  readonly isOurs: boolean;
}

/** A record that cannot be read, and a sentence without its content that says why. */
export interface CorruptRelease {
  readonly version: number;
  readonly corrupt: string;
  readonly record: ReleaseRecord;
}

export function isCorrupt(stored: Release | CorruptRelease): stored is CorruptRelease {
  return 'corrupt' in stored;
}

import type { Artifact } from '../../../api/artifact.ts';
import type { GitRepository } from '../../../api/git-repository.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import type { HelmRepository } from '../../../api/helm-repository.ts';

/** The object that `spec.sourceRef` names, as it is in the cluster. */
export type ChartSource = HelmRepository | GitRepository;

export interface ChartBuildOptions {
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: Readonly<Record<string, unknown>>) => void;
  /** Told before another chart than that of the artifact is built, with Flux's sentence about it. */
  readonly onNewChart?: (summary: string) => Promise<void>;
}

export interface ChartCheck {
  /** Whether a build would do something, be it only to note another revision of the source. */
  readonly changed: boolean;
  /** What would be built now. */
  readonly version: string;
  readonly message: string;
}

export interface BuiltChart {
  /** The artifact in the status is still the one; nothing was built. */
  readonly unchanged: boolean;
  /** Its revision is the version of the chart. */
  readonly artifact: Artifact;
  readonly name: string;
  readonly version: string;
  /** The archive is that of the source, bit by bit: ChartPullSucceeded; else ChartPackageSucceeded. */
  readonly pulled: boolean;
  /** The files that replaced the default values; absent when none did. */
  readonly valuesFiles?: readonly string[];
  /** Of the artifact that the chart came from; absent for a registry, which has none. */
  readonly sourceRevision?: string;
  /** The signature was asked for and is good. */
  readonly isVerified: boolean;
  /** How many missing dependencies were added to the chart. */
  readonly dependencies: number;
  /** Flux's sentence: `packaged 'app' chart with version '1.0.0'`. */
  readonly message: string;
}

/**
 * Makes the artifact of a HelmChart. Failures: InvalidChartReference, ValuesFilesError and MetadataPatchError (stalled),
 * NoSourceArtifact, ChartPullError, DependencyBuildError, ChartPackageError, ChartVerificationError,
 * StorageOperationFailed, and those of the repositories and of opening an artifact.
 */
export interface ChartBuilder {
  /** Tells the version that would be built, from what is on this machine; of a registry, and for a signature, it asks there. */
  check(chart: HelmChart, source: ChartSource, options: ChartBuildOptions): Promise<ChartCheck>;
  build(chart: HelmChart, source: ChartSource, options: ChartBuildOptions): Promise<BuiltChart>;
}

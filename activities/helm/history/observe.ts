import type { Snapshot } from '../../../api/helm-release.ts';
import type { Release } from '../storage/release.ts';
import { digestConfig } from '../values/digest.ts';
import { sha256 } from './digest.ts';
import { encodeObservation } from './observation.ts';

/** Of the rules by which the digest of a snapshot is made; others are not verified. */
export const SNAPSHOT_VERSION = 'v2';

/** What a snapshot tells that helm's record does not. */
export interface Observed {
  readonly ociDigest?: string | undefined;
  /** What was done when the release was seen. */
  readonly action?: string | undefined;
  /**
   * Of the values as they were composed. The record has lost which of its numbers were integers, and so the digest of
   * what it holds may be another one.
   */
  readonly configDigest?: string | undefined;
}

/** A release as `status.history` keeps it: `ObservedToSnapshot` of helm-controller, with the same digests. */
export function observe(release: Release, observed: Observed = {}): Snapshot {
  const { chart, info } = release;
  const { action, ociDigest, configDigest = digestConfig(release.config) } = observed;
  return {
    apiVersion: SNAPSHOT_VERSION,
    digest: sha256(encodeObservation(release, { ociDigest })),
    name: release.name,
    namespace: release.namespace,
    version: release.version,
    status: info.status,
    ...(action && { action }),
    chartName: chart.name,
    chartVersion: chart.version,
    ...(chart.appVersion && { appVersion: chart.appVersion }),
    configDigest,
    firstDeployed: inSeconds(info.firstDeployed) ?? ZERO,
    lastDeployed: inSeconds(info.lastDeployed) ?? ZERO,
    ...(info.deleted && { deleted: inSeconds(info.deleted) }),
    ...(ociDigest && { ociDigest }),
  };
}

const ZERO = '0001-01-01T00:00:00Z';

/** A time as Kubernetes writes it: UTC, without what is smaller than a second. */
export function inSeconds(time: string | undefined): string | undefined {
  return time && new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

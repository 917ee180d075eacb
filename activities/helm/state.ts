import type { HelmRelease, Snapshot } from '../../api/helm-release.ts';
import { hasBeenTested, hasTestInPhase } from './history/snapshots.ts';
import { activeRemediation } from './spec.ts';

/** What the records of helm say of a release, compared with what its HelmRelease wants. */
export type ReleaseState =
  | { readonly status: 'Absent' | 'Unmanaged' | 'OutOfSync' | 'Locked'; readonly reason: string }
  | { readonly status: 'Failed' | 'Untested' | 'InSync'; readonly reason?: string };

/** The newest record of a release, as far as the state depends on it. */
export interface LastRelease {
  /** Helm's own word: `deployed`, `failed`, `pending-upgrade`, … */
  readonly status: string;
  readonly chartName: string;
  readonly chartVersion: string;
  /** Whether it is, byte for byte, the one that the newest snapshot was made of. */
  readonly isAsObserved: boolean;
  readonly isReadable: boolean;
}

export interface StateInput {
  readonly object: HelmRelease;
  /** Undefined when helm has no record of a release of that name. */
  readonly last: LastRelease | undefined;
  /** The newest snapshot of the object's history. */
  readonly current: Snapshot | undefined;
  readonly wanted: {
    readonly chartName: string;
    readonly chartVersion: string;
    /** Whether the values are those of the newest snapshot. */
    readonly hasSameValues: boolean;
    readonly postRenderersDigest: string | undefined;
    readonly commonMetadataDigest: string | undefined;
  };
}

/**
 * Reads the state of a release: helm-controller's `DetermineReleaseState`, but for drift, which is looked for only in
 * a release that is in sync. Throws on a status that no release can rest in.
 */
export function releaseState(input: StateInput): ReleaseState {
  const { last, current } = input;
  if (last === undefined) return { status: 'Absent', reason: 'no release in storage for object' };
  if (!last.isReadable) return { status: 'Locked', reason: 'the newest record of helm cannot be read' };
  if (isUnfinished(last.status)) return { status: 'Locked', reason: `release with status '${last.status}'` };
  if (current === undefined) {
    return last.status === 'uninstalled'
      ? { status: 'Absent', reason: 'found uninstalled release in storage' }
      : { status: 'Unmanaged', reason: 'found existing release in storage' };
  }
  if (!last.isAsObserved)
    return { status: 'Unmanaged', reason: 'release not observed to be made for object' };
  switch (last.status) {
    case 'failed':
      return { status: 'Failed' };
    case 'uninstalled':
      return { status: 'Absent', reason: 'found uninstalled release in storage' };
    case 'deployed':
      return deployedState(input, last, current);
    default:
      throw new Error(`unable to determine state for release with status '${last.status}'`);
  }
}

/** Helm leaves it before it ends: one that rests in it was left by a helm that is gone. */
export function isUnfinished(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}

function deployedState(input: StateInput, last: LastRelease, current: Snapshot): ReleaseState {
  const change = changeOf(input, last);
  if (change !== undefined) return { status: 'OutOfSync', reason: change };
  const { object } = input;
  if (object.spec.test?.enable !== true) return { status: 'InSync' };
  if (!hasBeenTested(current)) return { status: 'Untested' };
  const remediation = activeRemediation(object);
  const isFailed = remediation && !remediation.ignoresTestFailures && hasTestInPhase(current, 'Failed');
  return isFailed ? { status: 'Failed', reason: 'release has test in failed phase' } : { status: 'InSync' };
}

function changeOf({ object, wanted }: StateInput, last: LastRelease): string | undefined {
  if (last.chartName !== wanted.chartName || last.chartVersion !== wanted.chartVersion)
    return 'release chart changed';
  if (!wanted.hasSameValues) return 'release config values changed';
  const { status, metadata } = object;
  // The digests in the status are those of the generation that was observed last.
  if (status?.observedGeneration === metadata.generation) return undefined;
  if (wanted.postRenderersDigest !== (status?.observedPostRenderersDigest || undefined))
    return 'postrenderers digest has changed';
  if (wanted.commonMetadataDigest !== (status?.observedCommonMetadataDigest || undefined))
    return 'common metadata digest has changed';
  return undefined;
}

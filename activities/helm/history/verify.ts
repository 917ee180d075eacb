import type { Snapshot } from '../../../api/helm-release.ts';
import type { Release } from '../storage/release.ts';
import { hasDigest } from './digest.ts';
import { encodeObservation } from './observation.ts';
import { SNAPSHOT_VERSION } from './observe.ts';

/** In helm-controller's words. */
export type VerifyError = 'release not observed to be made for object' | 'release digest verification error';

/**
 * Compares the digest of a snapshot with that of a release, as helm-controller's `VerifyReleaseObject` does; undefined
 * when they agree. Snapshots of another version, whose digests were made by other rules, agree with everything.
 */
export function verifyReleaseObject(snapshot: Snapshot, release: Release): VerifyError | undefined {
  if (snapshot.apiVersion !== SNAPSHOT_VERSION) return undefined;
  const { ociDigest } = snapshot;
  const isSame = hasDigest(
    snapshot.digest,
    // A helm-controller built with helm 4.3 or later has written the second.
    [false, true].map((tellsRollback) => encodeObservation(release, { ociDigest, tellsRollback })),
  );
  if (isSame === undefined) return 'release digest verification error';
  return isSame ? undefined : 'release not observed to be made for object';
}

import { findCondition } from '../../api/conditions.ts';
import type { HelmRepository } from '../../api/helm-repository.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import type { FetchedIndex } from '../fetch/helm/steps.ts';
import type { ReadySource } from '../observe/git-repository.ts';
import { asAttempted, readUnparsed } from '../observe/object.ts';
import { patchStatus, type Status } from './patch.ts';
import type { Settled } from './settle-kustomization.ts';
import { sourceStored } from './source-status.ts';

export interface SettleIndexInput extends ReadySource {
  readonly fetched: FetchedIndex;
}

/** The index is stored: charts of it wake by this patch. */
export async function settleHelmRepository(deps: Deps, { ref, fetched }: SettleIndexInput): Promise<Settled> {
  const found = await readUnparsed<HelmRepository>(deps.kube, ref);
  if (!found) return { message: 'the object is gone' };
  // What was fetched may not be what the new spec wants: its own pass, which the watch asks for, says so.
  if (found.metadata.generation !== fetched.attempt.generation)
    return { message: 'the spec changed during the fetch; it is fetched again' };
  const object = asAttempted(found, fetched.attempt);
  const { artifact, unchanged, size, warnings = [] } = fetched;
  const wasReady = findCondition(object.status?.conditions, 'Ready')?.status !== 'False';
  const message = `stored artifact: revision '${artifact.revision}'`;
  const stored = sourceStored(object, { artifact, reason: Reason.Succeeded, message, now: deps.now() });
  const status = { ...stored, url: artifact.url };
  const metadata = { revision: artifact.revision, digest: artifact.digest };
  if (!unchanged || !wasReady) {
    const told = `stored fetched index of size ${sizeOf(size)} from '${object.spec.url}'`;
    const reason = unchanged ? Reason.Succeeded : Reason.NewArtifact;
    await deps.events.record({ object, type: 'Normal', reason, message: told, metadata });
  }
  if (warnings.length > 0) {
    const told = `entries of the index were passed over: ${warnings.join('; ')}`;
    await deps.events.record({
      object,
      type: 'Warning',
      reason: Reason.IndexationFailed,
      message: told,
      metadata,
    });
  }
  await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  return { message };
}

/** Bytes as people write them, in powers of ten. */
function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes}B`;
  const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1_000 ** exponent).toPrecision(4))}${['B', 'kB', 'MB', 'GB'][exponent]}`;
}

import { DEFAULT_REPOSITORY_INTERVAL } from '../../api/helm-repository.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { ReconciledObject } from '../../api/objects.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { durationField, readUnparsed, removeFinalizer, suspensionNote } from '../observe/object.ts';
import { suspendedStatus as suspendedGitRepository } from './git-repository-status.ts';
import { suspendedStatus as suspendedHelmChart } from './helm-chart-status.ts';
import { suspendedStatus as suspendedHelmRelease } from './helm-release-status.ts';
import { suspendedStatus as suspendedKustomization } from './kustomization-status.ts';
import { patchStatus, type Status } from './patch.ts';
import { readySuspended } from './ready-status.ts';

/** A suspended object does no work, but answers requests; its schedule rests with a note that says why. */
export async function settleSuspended(deps: Deps, { ref }: RefInput): Promise<void> {
  const object = await readUnparsed<ReconciledObject>(deps.kube, ref);
  if (!object) return;
  const { metadata, spec } = object;
  const note = suspensionNote(object);
  const status = suspendedStatus(object, note, deps.now());
  await patchStatus(deps.kube, ref, object.status as Status | undefined, status as Status);
  const interval = spec.interval || defaultInterval(ref);
  if (interval === undefined) return;
  const intervalMs = durationField('interval', interval);
  await deps.runs.keepSchedule({ ref, uid: metadata.uid, intervalMs, pausedNote: note });
}

/** Undefined for an ImagePolicy: it has an interval only while it looks up digests. */
function defaultInterval({ kind }: ObjectRef): string | undefined {
  return kind === Kind.ImagePolicy ? undefined : DEFAULT_REPOSITORY_INTERVAL;
}

function suspendedStatus(object: ReconciledObject, note: string, now: Date) {
  switch (object.kind) {
    case Kind.GitRepository:
      return suspendedGitRepository(object, note, now);
    case Kind.HelmRepository:
      return readySuspended(object, { note, reason: Reason.Failed, now });
    case Kind.HelmChart:
      return suspendedHelmChart(object, note, now);
    case Kind.Kustomization:
      return suspendedKustomization(object, note, now);
    case Kind.HelmRelease:
      return suspendedHelmRelease(object, note, now);
    case Kind.ImageRepository:
      return readySuspended(object, { note, reason: Reason.ReadOperationFailed, now });
    case Kind.ImagePolicy:
      return readySuspended(object, { note, reason: Reason.Failure, now });
    case Kind.ImageUpdateAutomation:
      return readySuspended(object, { note, reason: Reason.UpdateFailed, now });
    case Kind.Receiver:
      return readySuspended(object, { note, reason: Reason.Failed, now });
  }
}

/** A deleted object is done with: what is kept of it, schedule and appointments go, and last of all the finalizer. */
export async function releaseObject(deps: Deps, { ref }: RefInput): Promise<void> {
  await forgetObject(deps, { ref });
  await removeFinalizer(deps.kube, ref);
}

/** The object is gone without having told us: nothing may keep asking for it. */
export async function forgetObject(deps: Deps, { ref }: RefInput): Promise<void> {
  if (ref.kind === Kind.ImageRepository) await deps.tags.drop(ref);
  else await deps.store.drop({ kind: ref.kind, namespace: ref.namespace, name: ref.name });
  await deps.runs.forget(ref);
}

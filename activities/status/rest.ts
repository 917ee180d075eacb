import type { GitRepository } from '../../api/git-repository.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { durationField, removeFinalizer, suspensionNote, targetOfRef } from '../observe/object.ts';
import { suspendedStatus as suspendedSource } from './git-repository-status.ts';
import { suspendedStatus as suspendedKustomization } from './kustomization-status.ts';
import { patchStatus, type Status } from './patch.ts';

/** A suspended object does no work, but answers requests; its schedule rests with a note that says why. */
export async function settleSuspended(deps: Deps, { ref }: RefInput): Promise<void> {
  const object = await deps.kube.get(targetOfRef(ref));
  if (!object) return;
  const note = suspensionNote(object);
  const now = deps.now();
  const status =
    ref.kind === Kind.Kustomization
      ? suspendedKustomization(object as unknown as Kustomization, note, now)
      : suspendedSource(object as unknown as GitRepository, note, now);
  await patchStatus(deps.kube, ref, object['status'] as Status | undefined, status as Status);
  const { interval } = object['spec'] as { interval: string };
  await deps.runs.keepSchedule({
    ref,
    uid: object.metadata.uid ?? '',
    intervalMs: durationField('interval', interval),
    pausedNote: note,
  });
}

/** A deleted object is done with: its artifacts, schedule and appointments go, and last of all the finalizer. */
export async function releaseObject(deps: Deps, { ref }: RefInput): Promise<void> {
  await deps.store.drop({ kind: ref.kind, namespace: ref.namespace, name: ref.name });
  await deps.runs.forget(ref);
  await removeFinalizer(deps.kube, ref);
}

/** The object is gone without having told us: nothing may keep asking for it. */
export async function forgetObject(deps: Deps, { ref }: RefInput): Promise<void> {
  await deps.store.drop({ kind: ref.kind, namespace: ref.namespace, name: ref.name });
  await deps.runs.forget(ref);
}

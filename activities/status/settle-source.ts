import type { GitRepository } from '../../api/git-repository.ts';
import type { HelmChart } from '../../api/helm-chart.ts';
import type { HelmRepository } from '../../api/helm-repository.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { asAttempted, readUnparsed, removeFinalizer } from '../observe/object.ts';
import { failedStatus as failedGitRepository } from './git-repository-status.ts';
import { failedStatus as failedHelmChart } from './helm-chart-status.ts';
import { patchStatus, type Status } from './patch.ts';
import { retryFailed } from './retry-failed.ts';
import type { FailureInput } from './settle-kustomization.ts';
import { type SourceFailureInput, sourceFailed } from './source-status.ts';

/** An object that others build from. */
export type Source = GitRepository | HelmRepository | HelmChart;

/** The fetch failed: the last good artifact stays in place, and the next look comes later the longer it fails. */
export async function settleSourceFailure(deps: Deps, input: FailureInput): Promise<void> {
  const { ref, reason, message, stalled, attempt } = input;
  const status = await fail(deps, ref, { reason, message, stalled }, { attempt, isTold: true });
  if (!status) return;
  await retryFailed(deps, input, status.after);
}

export interface WaitingSourceInput extends RefInput {
  readonly reason: Reason;
  readonly message: string;
}

/** What it is made of is not there yet: the watch tells when it is, and a later look makes sure. */
export async function settleSourceWaiting(
  deps: Deps,
  { ref, reason, message }: WaitingSourceInput,
): Promise<void> {
  if (await fail(deps, ref, { reason, message, stalled: false }, { isTold: false }))
    await deps.runs.retryIn(ref, deps.policy.requeueDependencyMs);
}

async function fail(
  deps: Deps,
  ref: ObjectRef,
  failure: Omit<SourceFailureInput, 'now'>,
  { attempt, isTold }: Pick<FailureInput, 'attempt'> & { readonly isTold: boolean },
) {
  // Not parsed: a status must be written even for an object whose spec does not parse.
  const found = await readUnparsed<Source>(deps.kube, ref);
  if (!found) return undefined;
  const object = asAttempted(found, attempt);
  const after = await failedStatus(deps, object, { ...failure, now: deps.now() });
  const { reason, message } = failure;
  if (isTold) await deps.events.record({ object, type: 'Warning', reason, message });
  await patchStatus(deps.kube, ref, object.status as Status | undefined, after as Status);
  return { object, after };
}

async function failedStatus(deps: Deps, object: Source, failure: SourceFailureInput) {
  switch (object.kind) {
    case Kind.GitRepository:
      return failedGitRepository(object, failure);
    case Kind.HelmChart:
      return failedHelmChart(object, { ...failure, ...(await triedOf(deps, object)) });
    case Kind.HelmRepository:
      return sourceFailed(object, failure);
  }
}

/** What a chart was tried to be built from: no other run is due before that changes. */
async function triedOf({ kube }: Deps, { metadata, spec }: HelmChart): Promise<{ sourceRevision?: string }> {
  const { kind, name } = spec.sourceRef ?? {};
  if (kind !== Kind.HelmRepository && kind !== Kind.GitRepository) return {};
  const source = await readUnparsed<Source>(kube, { kind, namespace: metadata.namespace, name });
  const revision = source?.status?.artifact?.revision;
  return revision === undefined ? {} : { sourceRevision: revision };
}

/** A registry has no status, and keeps nothing of what it was before: no artifact, no conditions, no schedule. */
export async function settleStatic(deps: Deps, { ref }: RefInput): Promise<void> {
  const object = await readUnparsed<HelmRepository>(deps.kube, ref);
  if (!object) return;
  await deps.store.drop(ref);
  await deps.runs.forget(ref);
  // Not even the default: a status that names a generation says that a reconcile is on its way.
  await patchStatus(deps.kube, ref, object.status as Status | undefined, {});
  await removeFinalizer(deps.kube, ref);
}

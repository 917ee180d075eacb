import pLimit from 'p-limit';
import type { HelmRelease } from '../../../api/helm-release.ts';
import { describeObject, type KubeObject } from '../../../api/kube-object.ts';
import { FieldManager } from '../../../api/names.ts';
import { isSurelyInSync } from '../../apply/in-sync.ts';
import { idOf } from '../../apply/live.ts';
import type { ApplyMemo } from '../../apply/memo.ts';
import { CONCURRENCY } from '../../apply/parallel.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Mask } from '../mask.ts';
import { driftOf } from './compare.ts';
import { desiredObjects, type InstalledRelease } from './desired.ts';
import { type Failure, failureOf, stateFailure } from './failure.ts';
import type { Change } from './json-diff.ts';
import { readAll } from './read-all.ts';
import { compileDriftRules, type DriftRules, isExempt, withIgnored } from './rules.ts';
import { applyDeclared } from './undeclared.ts';

export type { InstalledRelease } from './desired.ts';

export interface DriftContext {
  /** Impersonating the service account of the HelmRelease. */
  readonly kube: KubeClient;
  readonly object: Pick<HelmRelease, 'metadata' | 'spec'>;
  /** Shared by all releases of a worker: one of the manager `helm-controller`. */
  readonly memo: ApplyMemo;
  /** For what the server says of objects: values of a Secret may be in any of them. */
  readonly mask: Mask;
  /** Ends it between two requests, by throwing its reason. */
  readonly signal: AbortSignal;
}

/** An object that is not as the release has it, or that nobody compares. */
export interface DriftEntry {
  /** As in an inventory. */
  readonly id: string;
  /** `Kind/namespace/name`. */
  readonly subject: string;
  readonly kind: 'removed' | 'changed' | 'excluded';
  /** What an apply would change, without values. */
  readonly changes: readonly Change[];
  /** What would be applied. Stays in the process: it may be a Secret. */
  readonly desired: KubeObject;
}

export interface Drift {
  /** In the order of the manifest. */
  readonly entries: readonly DriftEntry[];
  /** Objects that could not be compared, while others were found to differ. */
  readonly failures: readonly string[];
}

/**
 * Compares the objects of a release with the cluster, without a process of helm and without changing anything: what an
 * apply by helm would do to them is read from their managed fields, and the server is asked by a dry run where that is
 * no proof (helm-controller `internal/action/diff.go`). Throws StateError when nothing differs and some object could not
 * be compared.
 */
export async function detectDrift(context: DriftContext, release: InstalledRelease): Promise<Drift> {
  const { kube, object, mask, signal } = context;
  const rules = compileDriftRules(object.spec.driftDetection);
  const desired = await desiredObjects(kube, release);
  const { live, failures: unread } = await readAll(kube, desired.objects, object.metadata);
  const failures: Failure[] = [...desired.failures, ...unread.values()];
  const found = await pLimit(CONCURRENCY).map(desired.objects, async (wanted) => {
    signal.throwIfAborted();
    if (unread.has(wanted)) return undefined;
    try {
      return await compare(context, rules, wanted, live.get(idOf(wanted)));
    } catch (error) {
      failures.push(failureOf(wanted, 'dry-run', error));
      return undefined;
    }
  });
  const entries = found.filter((entry) => entry !== undefined);
  const told = failures.map((failure) => ({ ...failure, sentence: mask(failure.sentence) }));
  if (told.length > 0 && !isDrifted({ entries })) throw stateFailure(told);
  return { entries, failures: told.map(({ sentence }) => sentence) };
}

/** Whether anything is to be corrected: excluded objects are not. */
export function isDrifted({ entries }: Pick<Drift, 'entries'>): boolean {
  return entries.some(({ kind }) => kind !== 'excluded');
}

async function compare(
  { kube, memo }: DriftContext,
  rules: DriftRules,
  desired: KubeObject,
  live: KubeObject | undefined,
): Promise<DriftEntry | undefined> {
  const ignored = rules(desired);
  const entry = (kind: DriftEntry['kind'], object: KubeObject, changes: readonly Change[] = []) => ({
    id: idOf(desired),
    subject: describeObject(desired),
    kind,
    changes,
    desired: object,
  });
  if (ignored === 'all' || isExempt(desired)) return entry('excluded', desired);
  if (!live) return entry('removed', desired);
  if (isExempt(live)) return entry('excluded', desired);

  const object = withIgnored(desired, live, ignored);
  if (isSurelyInSync(object, live, FieldManager.helm) || memo.isKnownUnchanged(object, live))
    return undefined;
  const { sent, answer } = await applyDeclared(kube, object, { dryRun: true });
  const changes = driftOf(live, answer, ignored);
  if (changes.length > 0) return entry('changed', sent, changes);
  memo.rememberUnchanged(object, live);
  return undefined;
}

import type { ConditionChange } from '../../../api/conditions.ts';
import type { HelmRelease, HelmReleaseStatus, Snapshot } from '../../../api/helm-release.ts';
import type { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { redact } from '../../redact.ts';
import type { StepContext } from '../../steps.ts';
import type { Gathered } from '../gather.ts';
import type { ApplyMethod } from '../run/act.ts';
import { type CorruptRelease, isCorrupt, type Release } from '../storage/release.ts';

/** What an action works with. */
export interface Turn extends Gathered {
  readonly deps: Deps;
  readonly step: StepContext;
  readonly timeoutMs: number;
}

/** How a pass ends that helm ended. */
export interface ReleaseEnd {
  readonly reason: Reason;
  readonly message: string;
  readonly stalled?: boolean;
}

/** What an action did. */
export interface ActionOutcome {
  /** The status without the conditions. */
  readonly status: HelmReleaseStatus;
  readonly set: readonly ConditionChange[];
  readonly remove?: readonly string[];
  readonly event?: ActionEvent;
  /** It failed and left nothing behind: the pass ends with this. */
  readonly error?: ReleaseEnd & { readonly mayPass?: boolean };
  /** The pass is over although the action did what it should. */
  readonly ended?: ReleaseEnd;
}

interface ActionEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The snapshot's versions and digests, as events carry them. */
export function eventMetadata({
  chartVersion,
  configDigest,
  appVersion,
}: Pick<Snapshot, 'chartVersion' | 'configDigest' | 'appVersion'>): Readonly<Record<string, string>> {
  return {
    revision: chartVersion,
    token: configDigest,
    ...(appVersion !== undefined && appVersion !== '' && { 'app-version': appVersion }),
  };
}

/** A message with the last lines that helm wrote, as only events have room for them. */
export function withLog(message: string, log: readonly string[]): string {
  return log.length === 0 ? message : redact(`${message}\n\nLast Helm logs:\n\n${log.join('\n')}`);
}

export function countFailure(status: HelmReleaseStatus | undefined): HelmReleaseStatus {
  return { ...status, failures: (status?.failures ?? 0) + 1 };
}

/** Helm's records of these versions as they are now; those that cannot be read are left out. */
export async function readVersions(
  { deps, kube, target }: Turn,
  versions: readonly number[],
): Promise<readonly Release[]> {
  const { storageNamespace: namespace, name } = target;
  const read = await Promise.all(
    versions.map((version) => deps.releases.read(kube, { namespace, name, version })),
  );
  return read.filter((release): release is Release => release !== undefined && !isCorrupt(release));
}

/** What helm is told of every act. */
export function actBase({ object, kube, target, timeoutMs, values }: Turn) {
  return {
    object,
    kube,
    storageNamespace: target.storageNamespace,
    releaseNamespace: target.namespace,
    releaseName: target.name,
    timeoutMs,
    secrets: values.secrets,
  };
}

/** How helm wrote the objects of a release; what cannot be read counts as helm's older way. */
export function applyMethodOf(stored: Release | CorruptRelease | undefined): ApplyMethod {
  return stored !== undefined && !isCorrupt(stored) && stored.applyMethod === 'ssa' ? 'ssa' : 'csa';
}

export function historyOf({ status }: HelmRelease): readonly Snapshot[] {
  return status?.history ?? [];
}

export function newestOf(releases: readonly Release[]): Release | undefined {
  return releases.toSorted((a, b) => b.version - a.version)[0];
}

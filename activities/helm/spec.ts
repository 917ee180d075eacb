import { parseDuration } from '../../api/duration.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { durationField } from '../observe/object.ts';

/** Pure: what a HelmRelease means where its spec says nothing, as helm-controller's API package has it. */

/** What helm is asked to do. */
export type HelmAction = 'install' | 'upgrade' | 'test' | 'rollback' | 'uninstall';

/** How a failed install or upgrade is dealt with. */
export interface Remediation {
  readonly strategy: 'rollback' | 'uninstall';
  /** Negative: without end. */
  readonly retries: number;
  /** So far. */
  readonly failures: number;
  readonly isExhausted: boolean;
  readonly remediatesLastFailure: boolean;
  readonly ignoresTestFailures: boolean;
  /** After an upgrade was uninstalled an install follows, whatever the retries say. */
  readonly reinstalls: boolean;
}

export function installRemediation({ spec, status }: HelmRelease): Remediation {
  const { retries = 0, ignoreTestFailures, remediateLastFailure = false } = spec.install?.remediation ?? {};
  const failures = status?.installFailures ?? 0;
  return {
    strategy: 'uninstall',
    retries,
    failures,
    isExhausted: retries >= 0 && failures > retries,
    remediatesLastFailure: remediateLastFailure,
    ignoresTestFailures: ignoreTestFailures ?? spec.test?.ignoreFailures ?? false,
    reinstalls: false,
  };
}

export function upgradeRemediation({ spec, status }: HelmRelease): Remediation {
  const remediation = spec.upgrade?.remediation ?? {};
  const { retries = 0, strategy = 'rollback' } = remediation;
  const failures = status?.upgradeFailures ?? 0;
  return {
    strategy,
    retries,
    failures,
    isExhausted: retries >= 0 && failures > retries,
    remediatesLastFailure: remediation.remediateLastFailure ?? retries > 0,
    ignoresTestFailures: remediation.ignoreTestFailures ?? spec.test?.ignoreFailures ?? false,
    reinstalls: strategy === 'uninstall',
  };
}

/** Of the action that was tried last; undefined before the first. */
export function activeRemediation(object: HelmRelease): Remediation | undefined {
  switch (object.status?.lastAttemptedReleaseAction) {
    case 'install':
      return installRemediation(object);
    case 'upgrade':
      return upgradeRemediation(object);
    default:
      return undefined;
  }
}

const DEFAULT_RETRY_MS = 5 * 60_000;

/** When the last action is tried again as an upgrade, in milliseconds; undefined where failures are remediated. */
export function retryIntervalMs({ spec, status }: HelmRelease): number | undefined {
  const action = status?.lastAttemptedReleaseAction;
  const strategy = action && spec[action]?.strategy;
  if (strategy?.name !== 'RetryOnFailure') return undefined;
  return parseDuration(strategy.retryInterval ?? '') ?? DEFAULT_RETRY_MS;
}

const DEFAULT_TIMEOUT = '5m';

/** How long one action may take, in milliseconds. Throws InvalidSpec where a timeout is no duration. */
export function timeoutMs({ spec }: HelmRelease, action?: HelmAction): number {
  const own = action && spec[action]?.timeout;
  if (action !== undefined && own) return durationField(`${action}.timeout`, own);
  return durationField('timeout', spec.timeout ?? DEFAULT_TIMEOUT);
}

/** Whether a release has to pass the tests of its chart to be ready. */
export function testsDecide({ spec }: HelmRelease): boolean {
  return spec.test?.enable === true && spec.test.ignoreFailures !== true;
}

export function detectsDrift({ spec }: HelmRelease): boolean {
  return spec.driftDetection?.mode === 'enabled' || spec.driftDetection?.mode === 'warn';
}

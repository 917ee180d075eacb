import type { HelmRelease } from '../../api/helm-release.ts';
import { Reason } from '../../api/reasons.ts';
import {
  activeRemediation,
  installRemediation,
  type Remediation,
  retryIntervalMs,
  upgradeRemediation,
} from './spec.ts';
import type { ReleaseState } from './state.ts';

/** What is done about the state of a release. */
export type NextAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'unlock' | 'install' | 'upgrade' | 'test' | 'rollback' | 'uninstall' }
  /** Only a change of the object, or a person, helps. */
  | { readonly kind: 'stalled'; readonly reason: Reason; readonly message: string };

export interface NextActionInput {
  readonly state: ReleaseState;
  readonly object: HelmRelease;
  /** The annotation asks for an install or upgrade whatever the state says. */
  readonly isForced: boolean;
  /** What helm's records say of the release that a rollback would go to. */
  readonly rollbackTarget: 'good' | 'missing' | 'changed';
}

/** Decides what to do next: helm-controller's `actionForState`. */
export function nextAction(input: NextActionInput): NextAction {
  const { state, object, isForced } = input;
  switch (state.status) {
    case 'InSync':
      return isForced ? { kind: 'upgrade' } : { kind: 'none' };
    case 'Locked':
      return { kind: 'unlock' };
    case 'Absent':
      return unlessExhausted('install', installRemediation(object), input);
    case 'Unmanaged':
      return { kind: 'upgrade' };
    case 'OutOfSync':
      return unlessExhausted('upgrade', upgradeRemediation(object), input);
    case 'Untested':
      return { kind: 'test' };
    case 'Failed':
      return afterFailure(input);
  }
}

function unlessExhausted(
  kind: 'install' | 'upgrade',
  { isExhausted }: Remediation,
  { object, isForced }: NextActionInput,
): NextAction {
  return isForced || !isExhausted ? { kind } : exceeded(object);
}

function afterFailure({ object, isForced, rollbackTarget }: NextActionInput): NextAction {
  if (retryIntervalMs(object) !== undefined) return { kind: 'upgrade' };
  const remediation = activeRemediation(object);
  // Whatever made it fail has changed since, when no failure is counted.
  if (remediation === undefined || remediation.failures <= 0 || isForced) return { kind: 'upgrade' };
  if (remediation.isExhausted && !remediation.remediatesLastFailure) return exceeded(object);
  if (remediation.strategy === 'uninstall') return { kind: 'uninstall' };
  switch (rollbackTarget) {
    case 'good':
      return { kind: 'rollback' };
    case 'changed':
      // Nobody knows any more what a rollback would bring back.
      return { kind: 'upgrade' };
    case 'missing':
      return {
        kind: 'stalled',
        reason: Reason.MissingRollbackTarget,
        message:
          'Failed to perform remediation: missing target release for rollback: cannot remediate failed release',
      };
  }
}

/** The words of helm-controller, which tools know. */
function exceeded(object: HelmRelease): NextAction {
  const action = object.status?.lastAttemptedReleaseAction;
  const failures = activeRemediation(object)?.failures ?? 0;
  return {
    kind: 'stalled',
    reason: Reason.RetriesExceeded,
    message: `Failed to ${action} after ${failures} attempt(s)`,
  };
}

/** Actions of one type run once in a pass. */
export type ActionType = 'release' | 'unlock' | 'test' | 'remediate' | 'correct' | 'replace';

/** What a pass may do with a release. */
export type ReleaseAction = Exclude<NextAction['kind'], 'none' | 'stalled'> | 'replace' | 'correct';

/** The type of each action: an attempt at a release is an install or an upgrade, and so on. */
export function typeOf(kind: ReleaseAction): ActionType {
  switch (kind) {
    case 'install':
    case 'upgrade':
      return 'release';
    case 'rollback':
    case 'uninstall':
      return 'remediate';
    default:
      return kind;
  }
}

import type { Alert } from '../../../api/alert.ts';
import { parseDuration } from '../../../api/duration.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { seconds } from '../../status/patch.ts';
import type { StepContext } from '../../steps.ts';
import { commitStatusName } from '../commit-status.ts';
import { compileAlert } from '../compile-alert.ts';
import { counted } from '../counted.ts';
import { enrich } from '../enrich.ts';
import type { FluxEvent } from '../event.ts';
import type { AlertRef } from '../notice.ts';
import { readAlert, readProvider } from '../read-alert.ts';
import { readRecipient } from '../read-recipient.ts';
import { aggregate, type Concerned, type Verdict } from './aggregate.ts';
import { concernedBy, type Seen } from './concerned.ts';
import type { Ended } from './outcome.ts';
import { setCommitStatus } from './set-commit-status.ts';

export interface LookAtCommitInput extends Seen {
  readonly alert: AlertRef;
  readonly commit: string;
}

/** `gone` when the Alert does not want to know any more; without a verdict nothing builds from the commit, or not yet. */
export interface LookedAtCommit extends Seen {
  readonly isGone: boolean;
  readonly verdict?: Verdict;
}

/** What a commit has come to so far at the objects that an Alert names, by their statuses. */
export async function lookAtCommit(deps: Deps, input: LookAtCommitInput): Promise<LookedAtCommit> {
  const alert = await readAlert(deps, input.alert);
  if (!alert || alert.spec.suspend || !compileAlert(alert).isAggregate) return GONE;
  const { objects, sources } = await concernedBy(deps, { ...input, alert });
  const verdict = aggregate(objects);
  return { isGone: false, sources, ended: endedOf(objects), ...(verdict && { verdict }) };
}

const GONE: LookedAtCommit = { isGone: true, sources: [], ended: {} };

function endedOf(objects: readonly Concerned[]): Ended {
  return Object.fromEntries(
    objects.flatMap(({ name, outcome }) => (outcome === 'running' ? [] : [[name, outcome] as const])),
  );
}

export interface TellCommitInput extends Verdict {
  readonly alert: AlertRef;
  readonly commit: string;
}

const TIMEOUT_MS = 15_000;

/** Sets the one status of a commit, unless Alert or Provider rest. Throws NotificationDispatchFailed. */
export async function tellCommit(deps: Deps, input: TellCommitInput, step: StepContext): Promise<void> {
  const alert = await readAlert(deps, input.alert);
  if (!alert || alert.spec.suspend) return;
  const provider = await readProvider(deps, alert);
  if (provider.spec.suspend) return;
  const { commit, state, description } = input;
  const { event } = enrich(eventOf(alert, input, deps.now()), alert);
  const { http, readSecret } = deps.notifications;
  const recipient = await readRecipient(readSecret, provider);
  const bound = AbortSignal.timeout(parseDuration(provider.spec.timeout ?? '') ?? TIMEOUT_MS);
  const status = {
    commit,
    name: commitStatusName({ provider, alert, event }),
    title: `alert/${alert.metadata.name}`,
    state,
    description,
    summary: event.metadata?.['summary'],
  };
  const signal = AbortSignal.any([step.signal, bound]);
  await counted(deps.metrics, provider.spec.type, () =>
    setCommitStatus({ http }, { recipient, signal }, status),
  );
}

/** An event about the Alert itself: of no single object, so that a `commitStatusExpr` names one status for all. */
function eventOf(
  { apiVersion, kind, metadata }: Alert,
  { commit, state, description }: TellCommitInput,
  now: Date,
): FluxEvent {
  const { namespace, name, uid } = metadata;
  return {
    involvedObject: { apiVersion, kind, namespace, name, uid },
    severity: state === 'failure' ? 'error' : 'info',
    timestamp: seconds(now),
    message: description,
    reason: REASONS[state],
    metadata: { [`${GROUP}/revision`]: `sha1:${commit}` },
    reportingController: 'notification-controller',
  };
}

const GROUP = 'notification.toolkit.fluxcd.io';
const REASONS = {
  pending: Reason.Progressing,
  success: Reason.ReconciliationSucceeded,
  failure: Reason.ReconciliationFailed,
  cancelled: Reason.ReconciliationFailed,
} as const;

import type { Alert } from '../../api/alert.ts';
import { parseDuration } from '../../api/duration.ts';
import type { Provider } from '../../api/provider.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { failed } from '../failures.ts';
import type { StepContext } from '../steps.ts';
import { commitStatusName } from './commit-status.ts';
import { enrich } from './enrich.ts';
import type { FluxEvent } from './event.ts';
import { readRecipient } from './read-recipient.ts';
import { SENDERS } from './senders.ts';
import { setsCommitStatus } from './wants.ts';

const TIMEOUT_MS = 15_000;

interface Message {
  readonly alert: Alert;
  readonly provider: Provider;
  readonly event: FluxEvent;
  readonly key: string;
}

/** Sends a message by the service that the Provider's type names, within its timeout. */
export async function send(
  deps: Pick<Deps, 'events' | 'notifications'>,
  { alert, provider, event: raw, key }: Message,
  step: Pick<StepContext, 'signal'>,
): Promise<void> {
  const { type, timeout } = provider.spec;
  const sender = SENDERS[type];
  if (sender === undefined) {
    throw failed(Reason.NotificationDispatchFailed, `providers of type ${type} are not told of anything yet`);
  }
  const { event, conflicts } = enrich(raw, alert);
  if (Object.keys(conflicts).length > 0) await tellConflicts(deps, alert, conflicts);
  const { http, readSecret } = deps.notifications;
  const recipient = await readRecipient(readSecret, provider);
  const { namespace, name, uid } = alert.metadata;
  const bound = AbortSignal.timeout(parseDuration(timeout ?? '') ?? TIMEOUT_MS);
  const signal = AbortSignal.any([step.signal, bound]);
  await sender(
    { http },
    {
      event,
      recipient,
      alert: { namespace, name, uid },
      key,
      signal,
      ...(setsCommitStatus(type) && { commitStatus: commitStatusName({ provider, alert, event }) }),
    },
  );
}

/** Which of several said what a key of the metadata is, nobody may expect. */
async function tellConflicts(
  { events }: Pick<Deps, 'events'>,
  { apiVersion, kind, metadata }: Alert,
  conflicts: Readonly<Record<string, string>>,
): Promise<void> {
  const keys = Object.entries(conflicts).map(([key, places]) => `${key} (${places})`);
  await events.record({
    object: { apiVersion, kind, metadata },
    type: 'Warning',
    reason: Reason.MetadataAppendFailed,
    message: `metadata key conflicts detected (please refer to the Alert API docs and Flux RFC 0008 for more information): ${keys.join('; ')}`,
  });
}

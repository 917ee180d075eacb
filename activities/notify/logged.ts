import type { Deps } from '../deps.ts';
import { messageOf } from '../failures.ts';
import type { AlertRef } from './notice.ts';

/** Says in the log whose message failed: what the SDK says of an activity names only the hash of the event. */
export async function logged<T>(
  { log, notifications }: Pick<Deps, 'log' | 'notifications'>,
  alert: AlertRef,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const type = notifications.book.recipients(alert)?.provider.spec.type;
    const { namespace, name } = alert;
    const about = { controllerKind: 'Alert', name, namespace, ...(type && { provider: type }) };
    log.warn({ ...about, error: messageOf(error) }, 'a message was not delivered');
    throw error;
  }
}

import type { Deps } from '../deps.ts';
import { messageOf } from '../failures.ts';
import type { EventInput } from './events.ts';

/** Records what was done and cannot be done again: the status has to tell it even where nobody can keep the event. */
export async function recordDone(
  { events, log }: Pick<Deps, 'events' | 'log'>,
  event: EventInput,
): Promise<void> {
  try {
    await events.record(event);
  } catch (error) {
    const { kind, metadata } = event.object;
    const object = `${kind}/${metadata.namespace}/${metadata.name}`;
    log.error({ object, error: messageOf(error) }, 'an event could not be kept for those whom Alerts tell');
  }
}

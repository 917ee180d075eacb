import { ApplicationFailure } from '@temporalio/common';
import { DeliveryResult, type Metrics } from '../metrics.ts';

/** Counts how an attempt to tell a service of this type ends. */
export async function counted(
  metrics: Metrics,
  provider: string,
  attempt: () => Promise<void>,
): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    metrics.delivered(provider, isFinal(error) ? DeliveryResult.Refused : DeliveryResult.Retried);
    throw error;
  }
  metrics.delivered(provider, DeliveryResult.Sent);
}

/** Whether nothing but a change would help. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.nonRetryable === true;
}

import { describe, expect, it } from 'vitest';
import { failed, transient } from '../../../../activities/failures.ts';
import { NO_METRICS } from '../../../../activities/metrics.ts';
import { counted } from '../../../../activities/notify/counted.ts';
import { Reason } from '../../../../api/reasons.ts';

const reason = Reason.NotificationDispatchFailed;

const ENDINGS = [
  { end: 'one that arrives', error: undefined, result: 'Sent' },
  { end: 'one that may arrive later', error: transient(reason, 'away'), result: 'Retried' },
  { end: 'one that nobody takes', error: failed(reason, 'refused'), result: 'Refused' },
  { end: 'a bug', error: new Error('bug'), result: 'Retried' },
];

describe('an attempt to tell somebody is counted once, by how it ends', () => {
  it.each(ENDINGS)('$end: $result', async ({ error, result }) => {
    const seen: string[] = [];
    const delivered = (provider: string, how: string) => void seen.push(`${provider} ${how}`);

    const attempted = counted({ ...NO_METRICS, delivered }, 'slack', async () => {
      if (error) throw error;
    });

    // The workflow decides by the error itself.
    expect(await attempted.catch((thrown: unknown) => thrown)).toBe(error);
    expect(seen).toEqual([`slack ${result}`]);
  });
});

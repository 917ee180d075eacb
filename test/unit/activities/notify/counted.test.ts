import { describe, expect, it } from 'vitest';
import { failed, transient } from '../../../../activities/failures.ts';
import { NO_METRICS } from '../../../../activities/metrics.ts';
import { counted } from '../../../../activities/notify/counted.ts';
import { Reason } from '../../../../api/reasons.ts';

const reason = Reason.NotificationDispatchFailed;

const ENDINGS = [
  { end: 'one that arrives', attempt: () => undefined, result: 'Sent' },
  { end: 'one that may arrive later', attempt: () => fail(transient(reason, 'away')), result: 'Retried' },
  { end: 'one that nobody takes', attempt: () => fail(failed(reason, 'refused')), result: 'Refused' },
  { end: 'a bug', attempt: () => fail(new Error('bug')), result: 'Retried' },
];

function fail(error: unknown): never {
  throw error;
}

describe('an attempt to tell somebody is counted once, by how it ends', () => {
  it.each(ENDINGS)('$end: $result', async ({ attempt, result }) => {
    const seen: string[] = [];
    const delivered = (provider: string, how: string) => void seen.push(`${provider} ${how}`);

    const attempted = counted({ ...NO_METRICS, delivered }, 'slack', async () => attempt());

    if (result === 'Sent') await attempted;
    // The workflow decides by the error itself.
    else await expect(attempted).rejects.toThrow(/away|refused|bug/);
    expect(seen).toEqual([`slack ${result}`]);
  });
});

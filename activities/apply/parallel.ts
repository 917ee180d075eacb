import pLimit from 'p-limit';

/** Requests in flight for one apply: enough to hide the latency, too few to crowd others out. */
export const CONCURRENCY = 8;

/**
 * Works on all items, {@link CONCURRENCY} at a time, and waits for every one, also when some fail: nothing is written
 * after the caller has gone on. Then throws the first error.
 */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const limit = pLimit(CONCURRENCY);
  const answers = await Promise.allSettled(items.map((item) => limit(work, item)));
  const broken = answers.find((answer) => answer.status === 'rejected');
  if (broken) throw broken.reason;
}

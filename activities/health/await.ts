import type { HealthExprs } from './exprs.ts';
import { createFollower, type Follower, type FollowerOptions } from './follow.ts';
import { createTally, type HealthReport, type Tally } from './tally.ts';
import type { HealthTarget } from './targets.ts';
import { failedEarly, timedOut } from './verdict.ts';

export interface AwaitOptions extends FollowerOptions {
  readonly targets: readonly HealthTarget[];
  readonly exprs: HealthExprs;
  readonly timeoutMs: number;
  /** Ends the wait at once, with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told at the start of the wait and at each change. */
  readonly onProgress?: ((report: HealthReport) => void) | undefined;
  /** Asked after the first look whether what it found pending is worth the wait; without it everything is. */
  readonly isWorthWaiting?: ((report: HealthReport) => boolean) | undefined;
}

/**
 * Waits until all targets are current at the same time. Those that are not are followed by shared watches, so
 * news take milliseconds and a quiet wait costs next to nothing. Throws HealthCheckFailed as soon as one has
 * failed, and after `timeoutMs`; both name the objects and say why.
 */
export async function awaitHealthy(options: AwaitOptions): Promise<HealthReport> {
  const started = performance.now();
  const report = await healthWithin(options);
  if (report.failed.length > 0) throw failedEarly(report, performance.now() - started);
  if (report.current < report.total) throw timedOut(report, options.timeoutMs);
  return report;
}

/** The same wait, but what has failed or is late is only reported. */
export async function healthWithin(options: AwaitOptions): Promise<HealthReport> {
  const { targets, exprs, timeoutMs, signal, onProgress, isWorthWaiting = () => true } = options;
  let news = Promise.withResolvers<void>();
  const tally = createTally(targets, exprs, () => news.resolve());
  const follower = createFollower(tally, options);
  const end = deadline(timeoutMs, signal);
  try {
    await Promise.race([follower.readAll(), end.promise]);
    if (!isWorthWaiting(tally.report())) return tally.report();
    for (;;) {
      news = Promise.withResolvers();
      const report = tally.report();
      if (report.failed.length > 0) return report;
      const confirmed = await confirm(report, tally, follower, end);
      if (confirmed) return confirmed;
      if (end.isOver()) return report;
      onProgress?.(report);
      follower.followPending();
      await Promise.race([news.promise, end.promise]);
    }
  } finally {
    end.clear();
    follower.close();
  }
}

/** The report of a moment at which all are current; undefined when there was none yet. */
async function confirm(
  report: HealthReport,
  tally: Tally,
  follower: Follower,
  end: Deadline,
): Promise<HealthReport | undefined> {
  if (report.current < report.total) return undefined;
  if (follower.isComplete()) return report;
  // What was current at the first look is not followed: it must be so at the last one too.
  await Promise.race([follower.readUnfollowed(), end.promise]);
  const latest = tally.report();
  return latest.current === latest.total ? latest : undefined;
}

interface Deadline {
  /** Resolves when the time is over, rejects with the signal's reason when it aborts. */
  readonly promise: Promise<void>;
  isOver(): boolean;
  clear(): void;
}

function deadline(timeoutMs: number, signal: AbortSignal): Deadline {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // It may reject while nobody waits: between two waits.
  promise.catch(() => undefined);
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    resolve();
  }, timeoutMs);
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    promise,
    isOver: () => isOver,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

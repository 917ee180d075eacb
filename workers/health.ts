import { type Page, text } from './page-server.ts';

/** What the probes ask. */
export interface Health {
  readonly healthz: Page;
  readonly readyz: Page;
  /** The process stood still for so long that its begun work is void. */
  stoodStill(): void;
  /** What readiness depends on from now on; before it is known the worker is not ready. */
  dependOn(checks: Readonly<Record<string, Check>>): void;
  close(): void;
}

/** Resolves when all is well, otherwise it rejects. */
export type Check = () => Promise<unknown>;

export interface HealthOptions {
  /** Aborts when the worker begins to shut down. */
  readonly shutdown: AbortSignal;
  /** Told why a check fails: the page names only which. */
  readonly onFailing: (check: string, error: unknown) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/** How long a check may take. */
const CHECK_MS = 2_000;
/** How long its answer holds, so that many probes are one look. */
const HOLD_MS = 1_000;
/** A turn of the event loop that takes longer is a stuck one. */
const STUCK_MS = 5_000;
/** For how long a stuck turn or a standstill is told: longer than a probe's period. */
const TOLD_MS = 15_000;
const BEAT_MS = 500;

/**
 * `/healthz`: the process turns its event loop, and did not stand still a moment ago. `/readyz`: it takes work, and
 * reaches what it needs for that. Nothing but the names of the checks is told to who asks.
 */
export function createHealth({ shutdown, onFailing, now = () => performance.now() }: HealthOptions): Health {
  let lastBeat = now();
  let stuckAt = Number.NEGATIVE_INFINITY;
  let stoodStillAt = Number.NEGATIVE_INFINITY;
  let checks: Readonly<Record<string, () => Promise<boolean>>> | undefined;

  function look(): void {
    const at = now();
    if (at - lastBeat > STUCK_MS) stuckAt = at;
    lastBeat = at;
  }
  const beat = setInterval(look, BEAT_MS);
  beat.unref();
  const isRecent = (at: number) => now() - at < TOLD_MS;

  return {
    async healthz() {
      look();
      return page({ 'event loop': !isRecent(stuckAt), fence: !isRecent(stoodStillAt) });
    },
    async readyz() {
      if (shutdown.aborted) return page({ 'shutting down': false });
      if (checks === undefined) return page({ started: false });
      const names = Object.keys(checks);
      const well = await Promise.all(Object.values(checks).map((check) => check()));
      return page(Object.fromEntries(names.map((name, index) => [name, well[index] === true])));
    },
    stoodStill: () => void (stoodStillAt = now()),
    dependOn(wanted) {
      checks = Object.fromEntries(
        Object.entries(wanted).map(([name, check]) => [
          name,
          held(check, now, (error) => onFailing(name, error)),
        ]),
      );
    },
    close: () => clearInterval(beat),
  };
}

/** The check, bounded, and asked at most once in a while. */
function held(check: Check, now: () => number, onFailing: (error: unknown) => void): () => Promise<boolean> {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  let wasWell = true;
  async function ask(): Promise<boolean> {
    try {
      await within(CHECK_MS, check());
      wasWell = true;
    } catch (error) {
      // Once, not with every probe.
      if (wasWell) onFailing(error);
      wasWell = false;
    }
    return wasWell;
  }
  return () => {
    const at = now();
    if (asked === undefined || at - asked.at > HOLD_MS) asked = { at, answer: ask() };
    return asked.answer;
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function page(checks: Readonly<Record<string, boolean>>) {
  const lines = Object.entries(checks).map(([name, isWell]) => `${isWell ? 'ok' : 'failed'}: ${name}\n`);
  return text(Object.values(checks).every(Boolean) ? 200 : 503, lines.join(''));
}

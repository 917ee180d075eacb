import type { Deps } from '../deps.ts';
import { messageOf } from '../failures.ts';
import type { StepContext, Task } from '../steps.ts';

/** Why a step was told to end that Temporal counts on no longer, or may not. */
export class UnheldError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'UnheldError';
  }
}

const BEAT_MS = 1_000;
// Of the silence after which Temporal gives the work away: helm then has its five seconds to note that it failed…
const TOLD = 0.4;
// …and from here on nothing is written any more. Clocks of one machine, but a write may take its time.
const OVER = 0.85;

/**
 * Does work that nobody else may do at the same time, for as long as Temporal is known to count on this attempt: the
 * beats of the SDK tell nobody whether they arrived. The signal of the step that `work` is given aborts when Temporal is
 * silent or wants the end, and soon after that nothing can be written any more.
 */
export async function whileHeld<Result>(
  deps: Pick<Deps, 'runs' | 'fence' | 'log'>,
  step: StepContext,
  work: (held: StepContext) => Promise<Result>,
): Promise<Result> {
  const { task } = step;
  if (task === undefined) return work(step);
  const hold = keepHold(deps, task);
  const signal = AbortSignal.any([step.signal, hold.signal]);
  const heartbeat = (detail: unknown) => {
    hold.detail = detail;
    step.heartbeat(detail);
  };
  try {
    return await work({ ...step, signal, heartbeat });
  } finally {
    hold.end();
  }
}

interface Hold {
  readonly signal: AbortSignal;
  detail: unknown;
  end(): void;
}

function keepHold({ runs, fence, log }: Pick<Deps, 'runs' | 'fence' | 'log'>, task: Task): Hold {
  const unheld = new AbortController();
  let confirmed = performance.now();
  let isAsking = false;
  const prolong = (since: number) => {
    confirmed = since;
    fence.holdUntil(since + OVER * task.silenceMs);
  };
  const drop = (why: string) => {
    if (unheld.signal.aborted) return;
    log.info({ why }, 'helm is told to end');
    unheld.abort(new UnheldError(why));
  };

  async function ask(): Promise<void> {
    const began = performance.now();
    const standing = await runs.confirm(task.token, hold.detail);
    if (standing === 'held') return prolong(began);
    if (standing === 'gone') fence.holdUntil(0);
    drop(standing === 'gone' ? 'another attempt has taken over' : 'the run wants it to end');
  }

  const timer = setInterval(() => {
    const silentMs = performance.now() - confirmed;
    if (silentMs > TOLD * task.silenceMs) drop(`Temporal was silent for ${Math.round(silentMs)} ms`);
    if (isAsking) return;
    isAsking = true;
    ask()
      .catch((error: unknown) => log.info({ error: messageOf(error) }, 'Temporal could not be asked'))
      .finally(() => (isAsking = false));
  }, BEAT_MS);
  const hold: Hold = { signal: unheld.signal, detail: undefined, end: () => clearInterval(timer) };
  prolong(confirmed);
  return hold;
}

import { dirname } from 'node:path';
import { messageOf } from '../../failures.ts';
import type { Fence } from '../../fence.ts';
import { createKeyedLock } from '../../fetch/keyed-lock.ts';
import { ProcessError, run } from '../../process/run.ts';
import { redact } from '../../redact.ts';
import { createMask, type Mask } from '../mask.ts';
import type { HelmAct, HelmResult } from './act.ts';
import { helmArgs } from './args.ts';
import { type Gateway, type Pass, startGateway } from './gateway.ts';
import { createPostRenderPipe, type PostRenderPipe } from './post-render-pipe.ts';
import { createSaid, type Said } from './said.ts';
import { clearScratch, makeScratch } from './scratch.ts';
import { createSlots } from './slots.ts';

export interface ActOptions {
  /** Ends helm within five seconds; an install or upgrade notes in its record that it failed. The result is `cancelled`. */
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: unknown) => void;
}

/** Runs helm for releases, one process for each act. */
export interface HelmRunner {
  /**
   * Resolves when the process is gone, also when helm failed. Throws OperandError for names that may not stand on a
   * command line, and the fence's error when the attempt became void.
   */
  run(act: HelmAct, options: ActOptions): Promise<HelmResult>;
  /** How many acts are at work, and how many wait for their turn. */
  load(): { readonly running: number; readonly waiting: number };
  /** Ends all processes first. */
  close(): Promise<void>;
}

export interface HelmRunnerOptions {
  /** The absolute path of the binary. */
  readonly helm: string;
  /** Where acts have their directories. */
  readonly scratchDir: string;
  readonly fence: Fence;
  /** How many processes work at a time; 10 when left out. */
  readonly concurrency?: number;
  /** How many there are, with those that only wait for the cluster; 40 when left out. */
  readonly most?: number;
  /** How long one of them may compute; 300 when left out. */
  readonly cpuSeconds?: number;
}

const CONCURRENCY = 10;
// One that waits takes some 60 MB and no time.
const MOST = 40;
// Helm writes what it has to write without a pause; what it does then is to wait.
const QUIET_MS = 2_000;
const BEAT_MS = 1_000;

export function createHelmRunner(options: HelmRunnerOptions): HelmRunner {
  const places = createSlots(options.most ?? MOST);
  const slots = createSlots(options.concurrency ?? CONCURRENCY);
  const oneAtATime = createKeyedLock();
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let gateway: Promise<Gateway> | undefined;

  async function act(act: HelmAct, { signal, heartbeat }: ActOptions): Promise<HelmResult> {
    let phase = (): object => ({ waiting: 'for a turn of helm' });
    const beating = setInterval(() => heartbeat(phase()), BEAT_MS);
    const key = `${act.storageNamespace}/${act.releaseName}`;
    try {
      const atWork = async (giveBack: () => void) => {
        gateway ??= begin(options);
        const pass = (await gateway).issue(act);
        phase = () => {
          if (onlyWaits(pass)) giveBack();
          return { helm: act.kind, requests: pass.seen.requests };
        };
        try {
          return await runHelm(options, act, { pass, signal });
        } finally {
          pass.revoke();
        }
      };
      return await oneAtATime(key, signal, () =>
        places.take(signal, () => slots.take(signal, (giveBack) => atWork(giveBack))),
      );
    } catch (error) {
      // Its turn never came.
      if (signal.aborted && error === signal.reason) return { cancelled: true, log: [], written: [] };
      throw error;
    } finally {
      clearInterval(beating);
    }
  }

  return {
    load() {
      const waiting = places.waiting + slots.waiting;
      return { running: running.size - waiting, waiting };
    },
    run(wanted, { signal, heartbeat }) {
      const result = act(wanted, { signal: AbortSignal.any([signal, closing.signal]), heartbeat });
      const ended = result.catch(() => undefined).finally(() => running.delete(ended));
      running.add(ended);
      return result;
    },
    async close() {
      closing.abort(new Error('the worker shuts down'));
      await Promise.all(running);
      await (await gateway)?.close();
    },
  };
}

/** For pods, hooks or deletions; before its first write it may be at work on what it renders. */
function onlyWaits({ seen: { writing, wroteAt } }: Pass): boolean {
  return writing === 0 && wroteAt !== undefined && performance.now() - wroteAt > QUIET_MS;
}

/** The gateway, once nothing is left of what a killed worker had begun. */
async function begin({ scratchDir, fence }: HelmRunnerOptions): Promise<Gateway> {
  await clearScratch(scratchDir);
  return startGateway(fence);
}

// To note the failure in the record takes two requests.
const GRACE_MS = 5_000;
// Told to end, they note it; the others would leave their record in a state of passage, and most end soon by themselves.
const HEAR_SIGNALS: ReadonlySet<HelmAct['kind']> = new Set(['install', 'upgrade']);
// Each hook and each wait of an act has the timeout for itself: this is for a helm that hangs.
const TIMEOUTS = 10;
const SPARE_MS = 30_000;
// The longest that a timer can wait.
const LONGEST_MS = 2 ** 31 - 1;
const MEMORY_BYTES = 2 * 1024 ** 3;
const FILE_BYTES = 16 * 1024 ** 2;
// Of a chart with thousands of objects it takes some ten; templates may go on for ever, and hold their place meanwhile.
const CPU_SECONDS = 300;

interface Running {
  readonly pass: Pass;
  readonly signal: AbortSignal;
}

async function runHelm(
  { helm, scratchDir, cpuSeconds = CPU_SECONDS }: HelmRunnerOptions,
  act: HelmAct,
  { pass, signal }: Running,
): Promise<HelmResult> {
  const rendering = act.kind === 'install' || act.kind === 'upgrade' ? act : undefined;
  await using scratch = await makeScratch(scratchDir, pass, act);
  const chartDir = rendering ? [`${dirname(rendering.chart)}/`] : [];
  const hide = [`${scratch.dir}/`, ...chartDir, pass.shownUrl];
  const mask = createMask(act.secrets ?? []);
  const said = createSaid({ hide, mask });
  const pipe = rendering && createPostRenderPipe(rendering.postRender);
  const outcome = await run([helm, ...helmArgs(act, scratch.valuesFile)], {
    cwd: scratch.dir,
    env: scratch.env,
    timeoutMs: Math.min(TIMEOUTS * act.timeoutMs + SPARE_MS, LONGEST_MS),
    // A helm that may not write any more has nothing left to do.
    signal: AbortSignal.any([signal, pass.seen.voided]),
    dropStdout: true,
    onStderrLine: (line) => said.hear(line),
    ...(pipe && { pipes: (question, answer) => pipe.connect(question, answer) }),
    grace: { ms: GRACE_MS, signal: HEAR_SIGNALS.has(act.kind) ? 'SIGTERM' : undefined },
    limits: { memoryBytes: MEMORY_BYTES, fileBytes: FILE_BYTES, cpuSeconds },
  }).then(
    ({ code }) => ({ code }),
    (error: unknown) => ({ error }),
  );
  pass.seen.voided.throwIfAborted();
  return resultOf(outcome, { pass, said, mask, pipe, signal });
}

interface Ended {
  readonly pass: Pass;
  readonly said: Said;
  readonly mask: Mask;
  readonly pipe: PostRenderPipe | undefined;
  readonly signal: AbortSignal;
}

function resultOf(outcome: { code: number } | { error: unknown }, ended: Ended): HelmResult {
  const { said, signal, pass } = ended;
  const seen = { log: said.log(), written: [...pass.seen.written] };
  if ('code' in outcome && outcome.code === 0) return seen;
  if (signal.aborted) return { ...seen, cancelled: true };
  const error = 'error' in outcome ? stopped(outcome.error) : sentence(outcome.code, ended);
  return { ...seen, ...failure(error, ended) };
}

// What client-go makes of an answer that tells no more, or broke off.
const UNTOLD =
  /the server is currently unable to handle the request|the server was unable to return a response in the time allotted|the server has received too many requests|an error on the server \(|unexpected EOF|: EOF$/;

/**
 * Why it failed, and whether of an outage: only where the act failed of that very one, since helm tries again, and gets
 * along without some answers.
 */
function failure(error: string, { pass, mask }: Ended): Pick<HelmResult, 'error' | 'infrastructure'> {
  const told = [...pass.seen.outages].map((outage) => redact(mask(outage)));
  if (told.some((outage) => error.includes(outage))) return { error, infrastructure: true };
  const last = told.at(-1);
  if (last === undefined || !UNTOLD.test(error)) return { error };
  return { error: redact(`${error}: ${last}`), infrastructure: true };
}

function sentence(code: number, { said, mask, pipe }: Ended): string {
  // Helm only knows that it got no answer.
  if (pipe?.error !== undefined) return redact(mask(messageOf(pipe.error)));
  return said.error() ?? `helm ended with code ${code}`;
}

function stopped(error: unknown): string {
  if (!(error instanceof ProcessError)) throw error;
  const hint =
    error.why === 'killed' ? '; its templates may need more memory or time than helm is given' : '';
  return redact(`${error.message.replace(/^\/\S*/, 'helm')}${hint}`);
}

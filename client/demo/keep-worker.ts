import type { ManagedProcess } from '../../tools/process.ts';
import { startWorker, type WorkerOptions } from '../../tools/worker.ts';

export interface Keeping {
  /** Told why there is going to be another worker. */
  readonly onAnother: (why: string) => void;
  /** Told when there is going to be none. */
  readonly onDied: (error: Error) => void;
  /** Starts a worker; tests start something else. */
  readonly start?: (options: WorkerOptions) => Promise<Pick<ManagedProcess, 'stop'>>;
}

// One that ends sooner would end again.
const SHORT_LIFE_MS = 3_000;

/**
 * Starts a worker, and another one whenever it dies, as a Deployment would: whoever kills it sees that its runs go on.
 * Resolves when the first one takes work.
 */
export async function keepWorker(
  options: WorkerOptions,
  { onAnother, onDied, start = startWorker }: Keeping,
): Promise<Pick<ManagedProcess, 'stop'>> {
  const begin = async (): Promise<Pick<ManagedProcess, 'stop'>> => {
    let upSince = Number.POSITIVE_INFINITY;
    const worker = await start({
      ...options,
      onDied(error) {
        if (Date.now() - upSince < SHORT_LIFE_MS) return onDied(error);
        onAnother(error.message.split(';', 1)[0] ?? '');
        current = begin();
        current.catch(onDied);
      },
    });
    upSince = Date.now();
    return worker;
  };
  let current = begin();
  await current;
  return {
    async stop(graceMs) {
      const worker = await current.catch(() => undefined);
      await worker?.stop(graceMs);
    },
  };
}

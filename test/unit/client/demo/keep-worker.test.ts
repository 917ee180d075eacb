import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepWorker } from '../../../../client/demo/keep-worker.ts';
import type { WorkerOptions } from '../../../../tools/worker.ts';

const OPTIONS = { dir: '', kubeconfig: '', temporalAddress: '', temporalNamespace: '' };
const KILLED = new Error('worker ended by itself (signal SIGKILL); the end of worker.log:\n{}');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Workers that die when the test says so; of `failing` the start fails. */
async function keep(failing?: number) {
  const told: string[] = [];
  const workers: WorkerOptions[] = [];
  const kept = await keepWorker(OPTIONS, {
    onAnother: (why) => told.push(`another: ${why}`),
    onDied: ({ message }) => told.push(`over: ${message.split(';', 1)[0]}`),
    async start(options) {
      const number = workers.push(options);
      if (number === failing) throw new Error('no worker');
      return { stop: async () => void told.push(`worker ${number} is stopped`) };
    },
  });
  const killNewest = (afterMs: number) => {
    vi.setSystemTime(Date.now() + afterMs);
    workers.at(-1)?.onDied?.(KILLED);
  };
  return { told, workers, kept, killNewest };
}

it('a worker that is killed is followed by another, which is stopped at the end', async () => {
  const { told, workers, kept, killNewest } = await keep();

  killNewest(60_000);
  await kept.stop();

  expect(workers).toHaveLength(2);
  expect(told).toEqual(['another: worker ended by itself (signal SIGKILL)', 'worker 2 is stopped']);
});

it('one that dies at once is not', async () => {
  const { told, workers, killNewest } = await keep();

  killNewest(100);

  expect(workers).toHaveLength(1);
  expect(told).toEqual(['over: worker ended by itself (signal SIGKILL)']);
});

it('the demo ends when there can be no other', async () => {
  const { told, killNewest, kept } = await keep(2);

  killNewest(60_000);
  await kept.stop();

  expect(told).toEqual(['another: worker ended by itself (signal SIGKILL)', 'over: no worker']);
});

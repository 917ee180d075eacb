import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHealth, type Health } from '../../../workers/health.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface SetUp {
  readonly health: Health;
  readonly shutdown: AbortController;
  readonly failing: string[];
  /** Lets time pass; `stuck`: without a turn of the event loop. */
  readonly wait: (ms: number, how?: 'stuck') => Promise<void>;
}

function setUp(): SetUp {
  const shutdown = new AbortController();
  const failing: string[] = [];
  const onFailing = (check: string, error: unknown) => failing.push(`${check}: ${String(error)}`);
  let now = 0;
  const health = createHealth({ shutdown: shutdown.signal, onFailing, now: () => now });
  const wait = async (ms: number, how?: 'stuck') => {
    const step = how === 'stuck' ? ms : 500;
    for (let passed = 0; passed < ms; passed += step) {
      now += step;
      await vi.advanceTimersByTimeAsync(how === 'stuck' ? 0 : step);
    }
  };
  return { health, shutdown, failing, wait };
}

const well = async () => undefined;
const away = async () => {
  throw new Error('at 10.0.0.1 nobody answers');
};

describe('/readyz', () => {
  it('is not ready before it is known what readiness depends on', async () => {
    const { health } = setUp();

    expect(await health.readyz()).toMatchObject({ status: 503, body: 'failed: started\n' });
  });

  it('is ready while every check is well', async () => {
    const { health } = setUp();
    health.dependOn({ temporal: well, kubernetes: well });

    expect(await health.readyz()).toMatchObject({ status: 200, body: 'ok: temporal\nok: kubernetes\n' });
  });

  it('says which check fails, and nothing of why but to the log', async () => {
    const { health, failing } = setUp();
    health.dependOn({ temporal: away, kubernetes: well });

    const answer = await health.readyz();

    expect(answer).toMatchObject({ status: 503, body: 'failed: temporal\nok: kubernetes\n' });
    expect(failing).toEqual(['temporal: Error: at 10.0.0.1 nobody answers']);
  });

  it('is logged once for an outage, and again for the next one', async () => {
    const { health, failing, wait } = setUp();
    let check = away;
    health.dependOn({ temporal: () => check() });
    const ask = async () => {
      await wait(2_000);
      return (await health.readyz()).status;
    };

    expect([await ask(), await ask()]).toEqual([503, 503]);
    check = well as typeof away;
    expect(await ask()).toBe(200);
    check = away;
    expect(await ask()).toBe(503);

    expect(failing).toHaveLength(2);
  });

  it('a check that never answers fails', async () => {
    const { health, wait } = setUp();
    health.dependOn({ temporal: () => new Promise(() => undefined) });

    const answer = health.readyz();
    await wait(2_000);

    expect((await answer).status).toBe(503);
  });

  it('many probes are one look', async () => {
    const { health, wait } = setUp();
    const check = vi.fn<() => Promise<void>>(async () => undefined);
    health.dependOn({ temporal: check });
    await Promise.all(Array.from({ length: 100 }, () => health.readyz()));
    expect(check).toHaveBeenCalledTimes(1);

    await wait(1_500);
    await health.readyz();

    expect(check).toHaveBeenCalledTimes(2);
  });

  it('is not ready from the moment that the worker is told to stop', async () => {
    const { health, shutdown } = setUp();
    health.dependOn({ temporal: well });

    shutdown.abort();

    expect(await health.readyz()).toMatchObject({ status: 503, body: 'failed: shutting down\n' });
  });
});

describe('/healthz', () => {
  it('is well from the start, also without a cluster, and while the worker stops', async () => {
    const { health, shutdown } = setUp();
    expect((await health.healthz()).status).toBe(200);
    health.dependOn({ temporal: away });
    await health.readyz();
    shutdown.abort();

    expect(await health.healthz()).toMatchObject({ status: 200, body: 'ok: event loop\nok: fence\n' });
  });

  it('tells of an event loop that stood still for a while', async () => {
    const { health, wait } = setUp();
    await wait(1_000);
    await wait(6_000, 'stuck');
    expect(await health.healthz()).toMatchObject({ status: 503, body: 'failed: event loop\nok: fence\n' });

    await wait(16_000);

    expect((await health.healthz()).status).toBe(200);
  });

  it('tells of a broken fence for a while', async () => {
    const { health, wait } = setUp();
    health.stoodStill();
    expect(await health.healthz()).toMatchObject({ status: 503, body: 'ok: event loop\nfailed: fence\n' });

    await wait(16_000);

    expect((await health.healthz()).status).toBe(200);
  });
});

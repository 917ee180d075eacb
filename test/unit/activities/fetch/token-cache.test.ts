import { describe, expect, it } from 'vitest';
import { createTokenCache } from '../../../../activities/fetch/token-cache.ts';
import { redact } from '../../../../activities/redact.ts';

const never = new AbortController().signal;

/** A cache of tokens that live 100 ms, at a clock that stands still; `ask` numbers them. */
function setUp(marginMs = 10) {
  const clock = { now: 1000, asked: 0 };
  const tokens = createTokenCache<{ secrets: readonly string[]; expiresAt: number }>({
    marginMs,
    timeoutMs: 60_000,
    now: () => clock.now,
  });
  const ask = async () => {
    clock.asked += 1;
    return { secrets: [`CANARY-${clock.asked}`], expiresAt: clock.now + 100 };
  };
  return { clock, tokens, get: (key = 'a', signal = never) => tokens(key, signal, ask) };
}

describe('a cache of tokens', () => {
  it('keeps one until shortly before it expires', async () => {
    const { clock, get } = setUp();

    await get();
    clock.now += 89;
    expect((await get()).secrets).toEqual(['CANARY-1']);
    clock.now += 1;
    expect((await get()).secrets).toEqual(['CANARY-2']);
  });

  it('keeps those of different keys apart', async () => {
    const { get } = setUp();

    expect((await get('a')).secrets).not.toEqual((await get('b')).secrets);
  });

  it('asks once for all who want one at the same time', async () => {
    const { clock, get } = setUp();

    const got = await Promise.all([get(), get(), get()]);

    expect(got.flatMap(({ secrets }) => secrets)).toEqual(['CANARY-1', 'CANARY-1', 'CANARY-1']);
    expect(clock.asked).toBe(1);
  });

  it('asks again after a failure', async () => {
    const { tokens, get } = setUp();

    await expect(tokens('a', never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await get()).secrets).toEqual(['CANARY-1']);
  });

  it('lets one give up without the others', async () => {
    const { tokens } = setUp();
    const answer = Promise.withResolvers<{ secrets: string[]; expiresAt: number }>();
    const controller = new AbortController();

    const impatient = tokens('a', controller.signal, () => answer.promise);
    const patient = tokens('a', never, () => answer.promise);
    controller.abort(new Error('given up'));
    await expect(impatient).rejects.toThrow('given up');
    answer.resolve({ secrets: ['CANARY-x'], expiresAt: 5000 });

    expect((await patient).secrets).toEqual(['CANARY-x']);
  });

  it('masks a token in messages for as long as it may be used', async () => {
    const { clock, get } = setUp();

    await get();
    clock.now += 95;
    await get();
    expect(redact('CANARY-1 CANARY-2')).toBe('*** ***');
    clock.now += 95;
    await get();
    expect(redact('CANARY-1 CANARY-2 CANARY-3')).toBe('CANARY-1 *** ***');
  });
});

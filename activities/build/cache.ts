import { createLru } from './lru.ts';

/** The results of work by key: kept by size, and worked out once for all who ask at a time. */
export interface WorkCache<Value> {
  /**
   * The value of `key`, kept or made by `make`. The signal given to `make` aborts when everybody who waits has
   * given up; a caller's own `signal` ends only its own waiting. Failures are not kept.
   */
  get(key: string, make: (signal: AbortSignal) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}

interface Flight<Value> {
  readonly value: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/** Keeps values up to `maxBytes` together; see {@link createLru}. */
export function createWorkCache<Value>(
  maxBytes: number,
  bytesOf: (value: Value) => number,
): WorkCache<Value> {
  const kept = createLru(maxBytes, bytesOf);
  const flights = new Map<string, Flight<Value>>();

  return {
    async get(key, make, signal) {
      signal?.throwIfAborted();
      const value = kept.get(key);
      return value ?? (await wait(key, flights.get(key) ?? takeOff(key, make), signal));
    },
  };

  function takeOff(key: string, make: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController();
    const value = make(controller.signal)
      .then((made) => {
        kept.set(key, made);
        return made;
      })
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
    const flight: Flight<Value> = { value, controller, waiting: 0 };
    flights.set(key, flight);
    // Everybody may have left when it fails.
    value.catch(() => undefined);
    return flight;
  }

  async function wait(key: string, flight: Flight<Value>, signal: AbortSignal | undefined): Promise<Value> {
    flight.waiting++;
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([flight.value, givenUp]);
    } finally {
      signal?.removeEventListener('abort', giveUp);
      flight.waiting--;
      if (flight.waiting === 0) {
        // The next one to ask must not get a result that is being aborted.
        if (flights.get(key) === flight) flights.delete(key);
        flight.controller.abort(signal?.reason);
      }
    }
  }
}

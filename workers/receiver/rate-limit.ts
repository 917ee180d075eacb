/** How often something may happen, by who does it. */
export interface RateLimit {
  /** Whether it may happen once more; counts it if so. */
  take(key: string): boolean;
  /** Whether it might, without counting. */
  has(key: string): boolean;
}

export interface RateLimitOptions {
  /** So many at once. */
  readonly burst: number;
  /** So many a second in the long run. */
  readonly rate: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

// Those that did nothing for the longest time go first: their buckets are full again, or they are too many to tell apart.
const KEPT = 10_000;

/** A token bucket for each key. */
export function createRateLimit({ burst, rate, now = () => performance.now() }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, Bucket>();

  function filled(key: string): Bucket {
    const at = now();
    const known = buckets.get(key) ?? { tokens: burst, at };
    return { tokens: Math.min(burst, known.tokens + ((at - known.at) / 1000) * rate), at };
  }

  return {
    has: (key) => filled(key).tokens >= 1,
    take(key) {
      const bucket = filled(key);
      const may = bucket.tokens >= 1;
      if (may) bucket.tokens -= 1;
      buckets.delete(key);
      buckets.set(key, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > KEPT && oldest !== undefined) buckets.delete(oldest);
      return may;
    },
  };
}

/** Remembers of what was told last. */
export interface Newest {
  /** Whether something later has been told already; times are RFC 3339 of one zone. */
  isOlder(key: string, timestamp: string): boolean;
  remember(key: string, timestamp: string): void;
}

const KEPT = 1_000;

/**
 * For what replaces what was there: an event that a provider refused for a while must not come after a later one that
 * it has taken. Of this process only, and of the keys that were told last.
 */
export function createNewest(): Newest {
  const told = new Map<string, string>();
  return {
    isOlder: (key, timestamp) => timestamp < (told.get(key) ?? ''),
    remember(key, timestamp) {
      told.delete(key);
      told.set(key, timestamp);
      const [oldest] = told.keys();
      if (told.size > KEPT && oldest !== undefined) told.delete(oldest);
    },
  };
}

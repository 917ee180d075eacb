/** Values by key up to a number of bytes together, the least recently used leaving first. */
export interface Lru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** A value that is larger than `maxBytes` by itself is not kept. */
export function createLru<Value>(maxBytes: number, bytesOf: (value: Value) => number): Lru<Value> {
  const kept = new Map<string, { readonly value: Value; readonly bytes: number }>();
  let total = 0;

  return {
    get(key) {
      const entry = kept.get(key);
      if (!entry) return undefined;
      // A map keeps the order of insertion: the first is the one not used for longest.
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      const bytes = bytesOf(value) + key.length;
      if (bytes > maxBytes) return;
      total += bytes - (kept.get(key)?.bytes ?? 0);
      kept.delete(key);
      kept.set(key, { value, bytes });
      for (const [oldest, entry] of kept) {
        if (total <= maxBytes) return;
        kept.delete(oldest);
        total -= entry.bytes;
      }
    },
  };
}

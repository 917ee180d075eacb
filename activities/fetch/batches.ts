// What one `cat-file` prints is held in memory: small repositories need one, big ones stay bounded.
const BATCH_BYTES = 16 * 1024 * 1024;

/** Divides objects of a repository, in their order, into what is read at once; one that is larger stands alone. */
export function* batches<T extends { readonly size: number }>(
  objects: readonly T[],
): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (batch.length > 0 && bytes + object.size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(object);
    bytes += object.size;
  }
  if (batch.length > 0) yield batch;
}

import { messageOf } from '../failures.ts';
import type { KubeClient } from '../kube/client.ts';
import type { HealthExprs } from './exprs.ts';
import { type Reader, readerOf, scopeOf } from './reads.ts';
import { createTally, type Entry, type HealthReport, type Tally } from './tally.ts';
import type { HealthTarget } from './targets.ts';

/**
 * One look at the targets: a request for a few, one list for many of a kind and namespace.
 * What cannot be read counts as `Unknown`; nothing is thrown.
 */
export async function checkHealth(
  kube: KubeClient,
  targets: readonly HealthTarget[],
  exprs: HealthExprs,
): Promise<HealthReport> {
  const tally = createTally(targets, exprs);
  await readInto(tally, tally.entries, readerOf(kube));
  return tally.report();
}

/** Reads entries anew. News that came while one was read are not overwritten by its absence. */
export async function readInto(tally: Tally, entries: readonly Entry[], reader: Reader): Promise<void> {
  await Promise.all(
    entries.map(async (entry) => {
      const { heard } = entry;
      try {
        const object = await reader.read(scopeOf(entry.target), entry.target.name);
        if (object || entry.heard === heard) tally.accept(entry, object);
      } catch (error) {
        tally.acceptError(entry, `cannot be read: ${messageOf(error)}`);
      }
    }),
  );
}

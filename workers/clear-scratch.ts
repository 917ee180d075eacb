import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where attempts have their directories, below the data directory: git's, kustomize's, helm's and the indexes. */
const FOLDERS = ['tmp', 'scratch', 'helm', 'indexes'];
/** A program, which is the same for all attempts. */
const KEPT = /^kustomize-/;

/**
 * Removes what a killed worker has left of its attempts: values, rendered Secrets and credentials among it. Before the
 * first attempt of this one, and only in a data directory that is its own.
 */
export async function clearScratch(dataDir: string): Promise<void> {
  for (const folder of FOLDERS) {
    const names = await readdir(join(dataDir, folder)).catch(() => []);
    const left = names.filter((name) => !KEPT.test(name));
    await Promise.all(left.map((name) => rm(join(dataDir, folder, name), { recursive: true, force: true })));
  }
}

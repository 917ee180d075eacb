import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GitServer } from '../../tools/git-server.ts';
import { type Files, openWorkTree, type WorkTree } from '../../tools/git-work-tree.ts';

const SAMPLE = join(import.meta.dirname, 'repository');

/** The files of the sample repository, by path. */
export function sampleFiles(): Files {
  const entries = readdirSync(SAMPLE, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(SAMPLE.length + 1), readFileSync(path, 'utf8')] as const),
  );
}

/** One file of the sample, for a step that changes it. */
export function sampleFile(path: string): string {
  return readFileSync(join(SAMPLE, path), 'utf8');
}

/** A clone of the demo's repository as it is now, whoever pushed to it since the last start. */
export async function cloneRepository(server: GitServer, dir: string): Promise<WorkTree> {
  const { url } = await server.createRepository('home');
  rmSync(dir, { recursive: true, force: true });
  return openWorkTree(url, dir);
}

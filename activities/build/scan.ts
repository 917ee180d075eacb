import { lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { buildFailed } from './build-failed.ts';
import { KUSTOMIZATION_FILES } from './kustomization-file.ts';

const MAX_ENTRIES = 50_000;
const MAX_DEPTH = 64;

/**
 * The resources of a directory without a kustomization file, relative to it and in the order of a depth-first
 * walk by name: every `.yaml` and `.yml`, and each sub-directory with a kustomization file of its own as one
 * (fluxcd/pkg kustomize, scanManifests). Links are passed over: artifacts hold none.
 */
export async function scanManifests(root: string, directory: string): Promise<string[]> {
  const found: string[] = [];
  let entries = 0;
  await scan('', 0);
  return found;

  async function scan(below: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH)
      throw buildFailed(`${directory}/${below} is nested deeper than ${MAX_DEPTH} levels`);
    const children = await readdir(join(root, directory, below), { withFileTypes: true });
    entries += children.length;
    if (entries > MAX_ENTRIES) throw buildFailed(`${directory || '.'} holds more than ${MAX_ENTRIES} files`);
    for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(below, child.name);
      if (child.isDirectory()) {
        if (await hasKustomizationFile(join(root, directory, path))) found.push(`./${path}`);
        else await scan(path, depth + 1);
      } else if (child.isFile() && /\.ya?ml$/.test(child.name)) {
        found.push(`./${path}`);
      }
    }
  }
}

async function hasKustomizationFile(directory: string): Promise<boolean> {
  for (const name of KUSTOMIZATION_FILES) {
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (stats?.isFile()) return true;
  }
  return false;
}

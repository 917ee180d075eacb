import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The files below a directory by their paths, an executable one with a `*` behind it. Anything else throws. */
export async function readTree(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) throw new Error(`${path} is neither a file nor a directory`);
    const isExecutable = ((await stat(path)).mode & 0o100) !== 0;
    files[`${relative(directory, path)}${isExecutable ? '*' : ''}`] = await readFile(path, 'utf8');
  }
  return files;
}

import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChartBudget, ChartError, type ChartFiles, shown, withoutBom } from './chart-files.ts';
import { type HelmIgnore, parseHelmIgnore } from './helm-ignore.ts';

/**
 * Reads the chart in a directory into memory, as helm reads it: without what its `.helmignore` excludes. A link is
 * refused unless it is excluded, even one that stays inside the chart. Throws a {@link ChartError}.
 */
export async function readChartDirectory(directory: string, budget: ChartBudget): Promise<ChartFiles> {
  const files = new Map<string, Buffer>();
  const ignores = await readIgnoreFile(directory);

  async function walk(path: string): Promise<void> {
    const entries = await readdir(join(directory, path), { withFileTypes: true });
    for (const entry of entries) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (ignores(inner, entry.isDirectory())) continue;
      budget.file(inner);
      if (entry.isDirectory()) await walk(inner);
      else files.set(inner, await read(inner, entry));
    }
  }

  async function read(path: string, entry: Dirent): Promise<Buffer> {
    if (entry.isSymbolicLink())
      throw new ChartError(
        `${shown(path)} is a link; put the file itself there, or exclude it by .helmignore`,
      );
    if (!entry.isFile()) throw new ChartError(`${shown(path)} is neither a file nor a directory`);
    const { size } = await stat(join(directory, path));
    budget.take(path, size, size);
    return withoutBom(await readFile(join(directory, path)));
  }

  await walk('');
  return files;
}

async function readIgnoreFile(directory: string): Promise<HelmIgnore> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = entries.find(({ name }) => name === '.helmignore');
  if (found === undefined) return parseHelmIgnore('');
  if (!found.isFile()) throw new ChartError('.helmignore is not a file');
  const { size } = await stat(join(directory, found.name));
  if (size > LARGEST_IGNORE_FILE)
    throw new ChartError(`.helmignore is larger than ${LARGEST_IGNORE_FILE} bytes`);
  return parseHelmIgnore(withoutBom(await readFile(join(directory, found.name))).toString('utf8'));
}

const LARGEST_IGNORE_FILE = 1024 * 1024;

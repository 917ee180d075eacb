import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, 'dist');
const SOURCES = ['workflows', 'api'];

/**
 * The workflow code as one file, built ahead so that a worker starts fast. The name carries a hash of the
 * sources: changed code is bundled anew, unchanged code never.
 */
export async function loadWorkflowBundle(): Promise<{ readonly codePath: string }> {
  const codePath = join(OUT, `workflows-${await sourcesHash()}.js`);
  try {
    await access(codePath);
  } catch {
    await buildBundle(codePath);
  }
  return { codePath };
}

async function buildBundle(codePath: string): Promise<void> {
  const workflowsPath = join(ROOT, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Evaluated once for all runs instead of once for each: our modules hold no state (a test sees to it).
    preloadModules: [workflowsPath],
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error },
  });
  await mkdir(OUT, { recursive: true });
  for (const file of await readdir(OUT)) {
    if (/^workflows-[0-9a-f]+\.js$/.test(file)) await rm(join(OUT, file));
  }
  // Another process may build the same: each writes its own file, and the last rename wins with equal bytes.
  const temporary = `${codePath}.${process.pid}.tmp`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
}

async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    const files = (await readdir(join(ROOT, folder), { recursive: true }))
      .filter((file) => file.endsWith('.ts'))
      .sort();
    for (const file of files) hash.update(file).update(await readFile(join(ROOT, folder, file)));
  }
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  // The bundler and the worker must be of one version.
  hash.update(await readFile(fileURLToPath(import.meta.resolve('@temporalio/worker/package.json'))));
  return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await loadWorkflowBundle();
}

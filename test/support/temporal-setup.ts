import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startTemporal } from '../../tools/temporal.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Temporal that all workflow tests of a run share: each takes a task queue of its own. */
    readonly temporal: { readonly address: string; readonly namespace: string };
  }
}

/** One Temporal in memory for all workflow tests of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...addresses } = await ownTemporal();
  project.provide('temporal', addresses);
  return stop;
}

/** A Temporal in memory for one file, with settings of its own; {@link stop} it afterwards. */
export async function ownTemporal(dynamicConfig: Readonly<Record<string, string>> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'pawl-temporal-'));
  const server = await startTemporal({ dir, headless: true, inMemory: true, dynamicConfig });
  const stop = async (): Promise<void> => {
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  };
  return { address: server.address, namespace: server.namespace, stop };
}

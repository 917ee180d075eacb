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
  const dir = mkdtempSync(join(tmpdir(), 'pawl-temporal-'));
  const server = await startTemporal({ dir, headless: true, inMemory: true });
  project.provide('temporal', { address: server.address, namespace: server.namespace });
  return async () => {
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  };
}

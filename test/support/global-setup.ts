import type { TestProject } from 'vitest/node';
import { type StackAddresses, startStack } from './stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster, Temporal and worker that all e2e tests of a run share. */
    readonly stack: StackAddresses;
  }
}

/** One cluster, one Temporal and one worker for a whole run: starting them for each file would double its time. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack();
  try {
    await stack.startWorker();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const { kubeconfig, temporalAddress, temporalNamespace } = stack;
  project.provide('stack', { kubeconfig, temporalAddress, temporalNamespace });
  return () => stack.stop();
}

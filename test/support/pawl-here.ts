import { vi } from 'vitest';
import { buildProgram } from '../../client/cli/main.ts';
import type { StackAddresses } from './stack.ts';
import type { Transcript } from './transcripts.ts';

/** Lets {@link pawlHere} speak to a stack from now on. */
export function speakTo(stack: StackAddresses): void {
  vi.stubEnv('KUBECONFIG', stack.kubeconfig);
  vi.stubEnv('TEMPORAL_ADDRESS', stack.temporalAddress);
  vi.stubEnv('TEMPORAL_NAMESPACE', stack.temporalNamespace);
}

/** Runs a command line in this process, one at a time: a table of lines takes no longer than the commands themselves. */
export async function pawlHere(args: readonly string[]): Promise<Transcript> {
  const heard = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      heard[stream] += String(text);
      return true;
    }),
  );
  try {
    const program = await buildProgram((verb) => verb === args[0]);
    await program.parseAsync(['node', 'pawl', ...args]);
    return { code: 0, ...heard };
  } catch (error) {
    return { code: 1, ...heard, stderr: `${heard.stderr}✗ ${(error as Error).message}\n` };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureTool } from './build.ts';

export interface HelmOptions {
  /** What helm keeps for itself; several processes may not write to one. */
  readonly home: string;
  /** Of the cluster that is spoken to. */
  readonly kubeconfig?: string | undefined;
  readonly stdin?: string | undefined;
}

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Standard output of the plain `helm`, which reads nobody's configuration; throws an Error with helm's own words. */
export async function helm(
  args: readonly string[],
  { home, kubeconfig = '/dev/null', stdin }: HelmOptions,
): Promise<string> {
  const running = run(await ensureTool('helm'), [...args], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, ...foldersIn(home) },
    maxBuffer: MAX_OUTPUT,
  });
  running.child.stdin?.end(stdin);
  try {
    return (await running).stdout;
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new Error(`helm ${args.slice(0, 2).join(' ')}: ${said}`, { cause });
  }
}

function foldersIn(home: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}

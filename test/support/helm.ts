import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureTool } from '../../tools/build.ts';
import { processFolder } from './process-folder.ts';

export interface HelmOptions {
  /** Of the cluster that is spoken to. */
  readonly kubeconfig?: string;
  readonly stdin?: string;
}

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;
const home = processFolder('helm');

/** Standard output of the plain `helm`, which reads nobody's configuration; throws an Error with helm's own words. */
export async function helm(args: readonly string[], options: HelmOptions = {}): Promise<string> {
  const { kubeconfig = '/dev/null', stdin } = options;
  const running = run(await ensureTool('helm'), [...args], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, ...ownFolders() },
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

/** What helm calls its homes: several processes may not write to one. */
function ownFolders(): NodeJS.ProcessEnv {
  const folder = home();
  return {
    HOME: folder,
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
  };
}

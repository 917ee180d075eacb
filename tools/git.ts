import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT = 16 * 1024 * 1024;

/** An environment in which git does the same on every machine: nobody's configuration, no prompt, a fixed author. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return {
    ...(PATH && { PATH }),
    ...(HOME && { HOME }),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Pawl',
    GIT_AUTHOR_EMAIL: 'pawl@localhost',
    GIT_COMMITTER_NAME: 'Pawl',
    GIT_COMMITTER_EMAIL: 'pawl@localhost',
  };
}

/** Standard output of a git command, trimmed; throws an Error with git's own words. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', [...args], { cwd, env: gitEnvironment(), maxBuffer: MAX_OUTPUT });
    return stdout.trim();
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new Error(`git ${args[0] ?? ''} in ${cwd}: ${said}`, { cause });
  }
}

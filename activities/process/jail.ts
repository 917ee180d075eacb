import { limiter } from './limits.ts';
import { run } from './run.ts';

let possible: Promise<boolean> | undefined;

/**
 * Whether this machine lets a child be confined to a directory, without network, by {@link jailed}. Tried once:
 * many container runtimes forbid user namespaces. Without it the callers' own checks are the only confinement.
 */
export function canJail(): Promise<boolean> {
  possible ??= tryJail();
  return possible;
}

/**
 * Puts `command` into a user and network namespace with `root` as its root directory. The program and
 * `cwd` are named as they are seen from inside, and the program must be statically linked.
 */
export function jailed(root: string, cwd: string, command: readonly string[]): readonly string[] {
  const unshare = limiter('unshare');
  if (unshare === undefined) throw new Error('a jail was asked for on a machine that cannot make one');
  return [
    unshare,
    '--user',
    '--map-root-user',
    '--net',
    '--ipc',
    `--root=${root}`,
    `--wd=${cwd}`,
    '--',
    ...command,
  ];
}

async function tryJail(): Promise<boolean> {
  const program = limiter('unshare');
  if (program !== undefined) {
    const command = jailed('/', '/', [program, '--version']);
    const result = await run(command, { cwd: '/', env: {}, timeoutMs: 10_000 }).catch(() => undefined);
    if (result?.code === 0) return true;
  }
  process.emitWarning('user namespaces are not available: child processes run without a sandbox');
  return false;
}

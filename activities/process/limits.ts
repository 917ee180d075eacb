import { findProgram } from './find-program.ts';

/** What a child may use at most; only what is given is limited. */
export interface ProcessLimits {
  /** Writable memory: address space that is merely reserved, as Go's runtime does, does not count. */
  readonly memoryBytes?: number;
  readonly cpuSeconds?: number;
  /** The largest file it may write; 0 forbids writing. Pipes do not count. */
  readonly fileBytes?: number;
}

type Limiter = 'prlimit' | 'setpriv' | 'unshare';

const found = new Map<Limiter, string | undefined>();

/** The absolute path of a program of util-linux; undefined, and a warning once, on a machine without it. */
export function limiter(name: Limiter): string | undefined {
  if (!found.has(name)) found.set(name, lookUp(name));
  return found.get(name);
}

/** Puts `command` behind the programs that limit it and that end it when this process dies, as far as the machine has them. */
export function limited(command: readonly string[], limits: ProcessLimits | undefined): readonly string[] {
  const setpriv = limiter('setpriv');
  // A worker that is killed would otherwise leave children that go on writing.
  const bound = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--', ...command] : command;
  const prlimit = limiter('prlimit');
  return prlimit ? [prlimit, ...limitFlags(limits ?? {}), '--', ...bound] : bound;
}

function limitFlags({ memoryBytes, cpuSeconds, fileBytes }: ProcessLimits): string[] {
  return [
    // A crashing child must not fill the disk with its memory.
    '--core=0',
    ...(memoryBytes === undefined ? [] : [`--data=${memoryBytes}`]),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${cpuSeconds}`]),
    ...(fileBytes === undefined ? [] : [`--fsize=${fileBytes}`]),
  ];
}

function lookUp(name: Limiter): string | undefined {
  const path = findProgram(name);
  if (path === undefined)
    process.emitWarning(`${name} (util-linux) is not installed: child processes run with fewer limits`);
  return path;
}

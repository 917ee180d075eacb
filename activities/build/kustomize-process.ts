import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canJail, jailed } from '../process/jail.ts';
import { type ProcessResult, run } from '../process/run.ts';

export interface KustomizeOptions {
  /** The absolute path of the binary, statically linked. */
  readonly kustomize: string;
  /** Where attempts have their directories; on the disk of the artifacts, copies are links. */
  readonly scratchDir: string;
  /** Whether kustomize runs in a jail; where the machine allows one when left out. */
  readonly isJailed?: boolean;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 64 * 1024 * 1024;
const LIMITS = { memoryBytes: 1024 ** 3, cpuSeconds: 120, fileBytes: 0 } as const;
const PROGRAM = 'kustomize';

/** Makes a directory for one attempt, hands it to `work` and removes it whatever happens. */
export async function inScratch<T>(
  { scratchDir }: KustomizeOptions,
  work: (attempt: string) => Promise<T>,
): Promise<T> {
  await mkdir(scratchDir, { recursive: true });
  const attempt = await mkdtemp(join(scratchDir, 'build-'));
  try {
    return await work(attempt);
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}

/**
 * Runs `kustomize build` in a directory of an attempt (`/artifact/apps`), whose files it may read and nothing else, in
 * a jail where the machine allows one. Resolves whatever the exit code; throws a ProcessError or the signal's reason.
 */
export async function startKustomize(
  options: KustomizeOptions,
  attempt: string,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<ProcessResult> {
  const args = ['build', '--reorder', 'none', '--load-restrictor', 'LoadRestrictionsNone', '.'];
  const isJailed = options.isJailed ?? (await canJail());
  // Linked under its own name: the jail shows nothing but the attempt.
  if (isJailed) await take(await ownCopy(options), join(attempt, PROGRAM));
  const command = isJailed
    ? jailed(attempt, directory, [`/${PROGRAM}`, ...args])
    : [options.kustomize, ...args];
  const home = isJailed ? '/' : attempt;
  return run(command, {
    cwd: isJailed ? attempt : join(attempt, directory),
    // No program is on this PATH: kustomize would run git for remote bases.
    env: {
      PATH: join(home, 'bin'),
      HOME: home,
      TMPDIR: home,
      LANG: 'C',
      GOMEMLIMIT: '768MiB',
      GOMAXPROCS: '2',
    },
    timeoutMs: TIMEOUT_MS,
    signal,
    maxStdout: MAX_OUTPUT,
    limits: LIMITS,
  });
}

/** A link costs nothing; where there can be none, on another disk or of another's file, a copy. */
export async function take(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copyFile(source, target));
}

const copies = new Map<string, Promise<string>>();

/** A copy of the binary on the scratch disk, made once, so that every attempt can link it. */
function ownCopy({ kustomize, scratchDir }: KustomizeOptions): Promise<string> {
  const key = `${kustomize}\0${scratchDir}`;
  const copy = copies.get(key) ?? makeCopy(kustomize, scratchDir);
  copies.set(key, copy);
  copy.catch(() => copies.delete(key));
  return copy;
}

async function makeCopy(kustomize: string, scratchDir: string): Promise<string> {
  const { size, mtimeMs } = await stat(kustomize);
  const id = createHash('sha256').update(`${kustomize} ${size} ${mtimeMs}`).digest('hex').slice(0, 12);
  const copy = join(scratchDir, `kustomize-${id}`);
  if (
    await stat(copy).then(
      (found) => found.size === size,
      () => false,
    )
  )
    return copy;
  const temporary = await mkdtemp(join(scratchDir, 'copy-'));
  await copyFile(kustomize, join(temporary, PROGRAM));
  await link(join(temporary, PROGRAM), copy).catch(() => undefined);
  await rm(temporary, { recursive: true, force: true });
  return copy;
}

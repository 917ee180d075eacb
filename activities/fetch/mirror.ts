import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitCommandError, git } from './git.ts';
import { gitProblem } from './git-errors.ts';
import type { GitSession } from './git-session.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { movedTo, type ResolvedRef } from './resolve.ts';

/** A commit that lies whole in a bare repository on this machine. */
export interface MirroredCommit {
  readonly repository: string;
  /** What was asked for, or where the ref has moved to meanwhile. */
  readonly resolved: ResolvedRef;
}

/** Bare repositories on this machine, one for each URL and its credentials. */
export interface Mirrors {
  /**
   * Brings the commit here and lets `work` read it while nobody else changes the mirror. A damaged mirror is
   * made anew, once, and `work` runs again. Throws {@link GitCommandError} and whatever `work` throws.
   */
  use<T>(
    session: GitSession,
    request: MirrorRequest,
    work: (commit: MirroredCommit) => Promise<T>,
  ): Promise<T>;
}

export interface MirrorRequest {
  readonly resolved: ResolvedRef;
  /** Of the credentials: what one Secret may read is never served to another. */
  readonly fingerprint: string;
}

// Each fetch leaves a line in `shallow` and some loose objects: beyond this a fresh copy is cheaper.
const MOST_FETCHES = 500;
const UNUSED_MS = 7 * 24 * 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;

export function createMirrors(root: string): Mirrors {
  const withLock = createKeyedLock();
  let swept = 0;

  async function sweep(): Promise<void> {
    if (Date.now() - swept < SWEEP_EVERY_MS) return;
    swept = Date.now();
    for (const name of await readdir(root)) {
      const path = join(root, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > UNUSED_MS) await rm(path, { recursive: true, force: true });
    }
  }

  return {
    async use(session, request, work) {
      const { resolved } = request;
      const repository = join(root, mirrorName(session, request));
      return await withLock(repository, session.signal, async () => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            await openMirror(repository, resolved.commit.length === 64 ? 'sha256' : 'sha1');
            await sweep();
            return await work({ repository, resolved: await bring(session, repository, resolved) });
          } catch (error) {
            if (attempt > 1 || gitProblem(error) !== 'corrupt-mirror') throw error;
            await rm(repository, { recursive: true, force: true });
          }
        }
      });
    },
  };
}

// Shallow copies and whole histories are kept apart: a repository cannot be both.
function mirrorName(session: GitSession, { fingerprint, resolved }: MirrorRequest): string {
  const name = createHash('sha256').update(`${fingerprint} ${session.url.href}`).digest('hex').slice(0, 32);
  return `${name}${resolved.commit.length === 64 ? '-sha256' : ''}${needsHistory(resolved) ? '-history' : ''}`;
}

/** A bare repository is three files: writing them costs less than a process, and nobody's template gets in. */
async function openMirror(repository: string, format: 'sha1' | 'sha256'): Promise<void> {
  const shallow = await readFile(join(repository, 'shallow'), 'utf8').catch(() => '');
  if (shallow.length > MOST_FETCHES * 41) await rm(repository, { recursive: true, force: true });
  await mkdir(join(repository, 'objects', 'pack'), { recursive: true, mode: 0o700 });
  await mkdir(join(repository, REFS), { recursive: true, mode: 0o700 });
  await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/none\n');
  const extensions = format === 'sha256' ? '[extensions]\n\tobjectFormat = sha256\n' : '';
  const version = format === 'sha256' ? 1 : 0;
  const core = `[core]\n\trepositoryformatversion = ${version}\n\tbare = true\n`;
  await writeFile(join(repository, 'config'), core + extensions);
  // We hold the lock: an unfinished pack is that of a killed process.
  for (const name of await readdir(join(repository, 'objects', 'pack'))) {
    if (name.startsWith('tmp_')) await rm(join(repository, 'objects', 'pack', name), { force: true });
  }
  await utimes(repository, new Date(), new Date());
}

const REFS = 'refs/pawl';

async function bring(session: GitSession, repository: string, resolved: ResolvedRef): Promise<ResolvedRef> {
  const local = `${REFS}/${createHash('sha256')
    .update(resolved.ref ?? resolved.commit)
    .digest('hex')
    .slice(0, 32)}`;
  if (needsHistory(resolved)) return await bringFromBranch(session, repository, { resolved, local });
  if ((await localCommit(repository, local)) === resolved.commit) return resolved;
  try {
    await fetchInto(session, repository, [`+${resolved.commit}:${local}`], 1);
  } catch (error) {
    if (gitProblem(error) !== 'refused-object') throw error;
    return await bringOtherwise(session, repository, { resolved, local });
  }
  if ((await localCommit(repository, local)) === resolved.commit) return resolved;
  throw new GitCommandError('exit', `bad object: the fetch did not bring commit ${resolved.commit}`);
}

interface Target {
  readonly resolved: ResolvedRef;
  /** The mirror's own ref that keeps the commit. */
  readonly local: string;
}

/** For servers that only give what a ref points to, or refs that moved since they were resolved. */
async function bringOtherwise(
  session: GitSession,
  repository: string,
  { resolved, local }: Target,
): Promise<ResolvedRef> {
  if (resolved.ref !== undefined) {
    await fetchInto(session, repository, [`+${resolved.ref}:${local}`], 1);
    const [commit = ''] = (
      await git(session, ['rev-parse', '--verify', `${local}^{commit}`], { repository })
    ).split('\n');
    return commit === resolved.commit ? resolved : movedTo(resolved, commit);
  }
  // Somewhere in the history of a branch or tag, then.
  await fetchInto(
    session,
    repository,
    [`+refs/heads/*:${REFS}/heads/*`, `+refs/tags/*:${REFS}/tags/*`],
    'all',
  );
  await mustContain(session, repository, { resolved, local: REFS });
  return resolved;
}

/** A commit that has to lie on a branch: only the branch's history tells. */
async function bringFromBranch(
  session: GitSession,
  repository: string,
  target: Target,
): Promise<ResolvedRef> {
  const { resolved, local } = target;
  try {
    await mustContain(session, repository, target);
  } catch (error) {
    if (gitProblem(error) !== 'refused-object') throw error;
    await fetchInto(session, repository, [`+${resolved.ref}:${local}`], 'history');
    await mustContain(session, repository, target);
  }
  return resolved;
}

function needsHistory({ pinned, ref }: ResolvedRef): boolean {
  return pinned && ref !== undefined;
}

async function mustContain(
  session: GitSession,
  repository: string,
  { resolved, local }: Target,
): Promise<void> {
  const where = resolved.ref ?? 'any branch or tag';
  const refused = new GitCommandError('exit', `commit ${resolved.commit} is not on ${where}`);
  try {
    const refs = await git(session, ['for-each-ref', `--contains=${resolved.commit}`, local], { repository });
    if (refs.trim() === '') throw refused;
  } catch (error) {
    // git's words for a commit that is not here at all.
    if (error instanceof GitCommandError && /no such commit|malformed object name/.test(error.message))
      throw refused;
    throw error;
  }
}

async function fetchInto(
  session: GitSession,
  repository: string,
  refspecs: readonly string[],
  depth: 1 | 'history' | 'all',
): Promise<void> {
  const isShallow = (await readFile(join(repository, 'shallow'), 'utf8').catch(() => '')) !== '';
  const depthFlag = depth === 1 ? ['--depth=1'] : isShallow ? ['--unshallow'] : [];
  const flags = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depthFlag];
  await git(session, ['fetch', ...flags, '--', session.url.href, ...refspecs], { repository });
}

async function localCommit(repository: string, ref: string): Promise<string | undefined> {
  const text = await readFile(join(repository, ref), 'utf8').catch(() => undefined);
  return text?.trim();
}

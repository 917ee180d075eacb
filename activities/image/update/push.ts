import { GitCommandError, git } from '../../fetch/git.ts';
import type { Tree } from './find-marked.ts';
import { pushFailure } from './push-failure.ts';

export interface PushRequest {
  readonly commit: string;
  /** The full ref at the remote. */
  readonly ref: string;
  /** Where the ref was when we looked; undefined when it was not there. */
  readonly seen: string | undefined;
  /** As `key=value`. */
  readonly options: readonly string[];
}

// Of our git, of git on the server, and of servers that have their own. A shallow update is refused where the commit
// below ours has been taken off all branches meanwhile.
const RACED = [
  /\[rejected\] \((stale info|fetch first|remote ref updated since checkout)\)/,
  /\[remote rejected\] \((failed to (update|lock) ref|incorrect old value provided|reference already exists|cannot lock ref|shallow update not allowed)/,
  /is at [0-9a-f]{40,64} but expected [0-9a-f]{40,64}/,
];
// Names that cannot both be: refs/heads/a and refs/heads/a/b.
const BLOCKED = /'refs\/[^']+' exists; cannot create/;

/**
 * Moves a ref of the remote to a commit if it is still where it was seen: a compare-and-swap, first by what the remote
 * tells this push, then by the remote itself. Answers whether it moved; false is a race that somebody else has won.
 * Throws GitOperationFailed with the remote's words.
 */
export async function pushCommit(
  { session, repository }: Pick<Tree, 'session' | 'repository'>,
  { commit, ref, seen, options }: PushRequest,
): Promise<boolean> {
  const flags = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--no-signed', '--no-verify'];
  const lease = `--force-with-lease=${ref}:${seen ?? ''}`;
  const args = ['push', ...flags, lease, ...options.map((option) => `--push-option=${option}`)];
  try {
    await git(session, [...args, '--', session.url.href, `${commit}:${ref}`], { repository });
    return true;
  } catch (error) {
    if (error instanceof GitCommandError && isRace(error.message)) return false;
    throw pushFailure(error, ref, session.url);
  }
}

function isRace(said: string): boolean {
  return !BLOCKED.test(said) && RACED.some((pattern) => pattern.test(said));
}

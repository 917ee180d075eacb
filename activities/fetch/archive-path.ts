/** Bounds of an artifact's content, when it is made and when it is opened. */
export const ARCHIVE_LIMITS = {
  /** Sum of the files' sizes, and size of the archive itself. */
  bytes: 100 * 1024 * 1024,
  entries: 50_000,
  depth: 64,
} as const;

const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;

/**
 * Why a path may not be in an artifact, undefined when it may: it would leave the directory, be read as something
 * else by another system, or look like a repository to git.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.length > LONGEST_PATH) return 'is empty or too long';
  if (/[\p{Cc}\\\ufffd]/u.test(path))
    return 'holds a backslash, control characters or bytes that are not UTF-8';
  if (/^[A-Za-z]:/.test(path) || path.startsWith('/')) return 'is absolute';
  const segments = path.split('/');
  if (segments.length > ARCHIVE_LIMITS.depth) return `is nested deeper than ${ARCHIVE_LIMITS.depth}`;
  return segments.map(segmentProblem).find((problem) => problem !== undefined);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '' || segment === '.' || segment === '..') return 'has an empty, "." or ".." segment';
  if (Buffer.byteLength(segment) > LONGEST_NAME) return 'has a name that is too long';
  return isGitDirectory(segment) ? 'has a segment that is .git to some file system' : undefined;
}

// Also as HFS+ (ignorable characters) and NTFS (short name, trailing dots and spaces, streams) read it.
function isGitDirectory(segment: string): boolean {
  const plain = segment.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').toLowerCase();
  return /^(\.git|git~1)[. ]*(:.*)?$/.test(plain);
}

import { Reason } from '../../api/reasons.ts';
import { failed, messageOf, transient } from '../failures.ts';
import { GitCommandError } from './git.ts';
import type { GitUrl } from './git-url.ts';

/** What git's words mean to us. */
export type GitProblem =
  | 'authentication'
  | 'host-key'
  | 'tls'
  | 'not-found'
  | 'missing-ref'
  | 'refused-object'
  | 'redirect'
  | 'bad-object'
  | 'too-large'
  | 'corrupt-mirror'
  | 'disk'
  | 'network'
  | 'timeout'
  | 'no-git'
  | 'unknown';

// In the order of asking: the first that matches names the problem. All of it is in English, since LC_ALL is C.
const SAID: readonly (readonly [GitProblem, RegExp])[] = [
  [
    'host-key',
    /host key verification failed|remote host identification has changed|no .* host key is known/i,
  ],
  [
    'authentication',
    /authentication failed|could not read (username|password)|permission denied \(|invalid (username or password|credentials)|requested url returned error: (401|403|407)|http basic: access denied|load key .*: (incorrect passphrase|error in libcrypto|invalid format)|support for password authentication was removed/i,
  ],
  ['redirect', /requested url returned error: 30[1278]|unable to update url base from redirection/i],
  ['tls', /certificate|ssl_|gnutls_|tls handshake|ssl connection/i],
  ['disk', /no space left on device|disk quota exceeded|read-only file system/i],
  ['missing-ref', /couldn't find remote ref/i],
  [
    'refused-object',
    /not our ref|unadvertised object|server does not allow request for|no such remote ref|is not on (refs\/|any branch)/i,
  ],
  [
    'not-found',
    /repository .* not found|repository not found|requested url returned error: (404|410)|does not appear to be a git repository|project you were looking for could not be found/i,
  ],
  ['too-large', /died of signal 25|file too large|out of memory|cannot allocate memory/i],
  ['bad-object', /fsck error|error in (object|tree|commit|blob|tag)|hasDotgit|hasDotdot/i],
  [
    'corrupt-mirror',
    /unable to create '.*\.lock'|is corrupt|loose object|bad object|missing (blob|tree|commit|object)|not a git repository|unable to read (tree|sha1|[0-9a-f]{40})|did not send all necessary objects|packfile .*(does not match|cannot be|far too short)|inflate|invalid object|not a (valid object name|tree object|valid commit)|unable to (resolve revision|grep)|object file .* is empty|shallow file has changed|bad config line|unresolved deltas/i,
  ],
  ['no-git', /git: not found|git: no such file|enoent/i],
  [
    'network',
    /could not resolve host|connection (timed out|refused|reset|closed)|failed to connect|couldn't connect|operation timed out|early eof|remote end hung up|rpc failed|unexpected disconnect|requested url returned error: (429|5\d\d)|network is unreachable|no route to host|empty reply|transfer closed/i,
  ],
];

export function gitProblem(error: unknown): GitProblem {
  if (!(error instanceof GitCommandError)) return 'unknown';
  if (error.ended === 'timeout') return 'timeout';
  if (error.ended === 'output') return 'too-large';
  return SAID.find(([, pattern]) => pattern.test(error.message))?.[0] ?? 'unknown';
}

const HINT: Readonly<Record<GitProblem, string>> = {
  authentication: 'check the Secret of spec.secretRef, and that its account may read the repository',
  'host-key': "check known_hosts in the Secret of spec.secretRef against the server's key",
  tls: "check the server's certificate, and ca.crt, tls.crt and tls.key in the Secret of spec.secretRef",
  'not-found': 'check spec.url, and that the account in spec.secretRef may see the repository',
  'missing-ref': 'check spec.ref',
  'refused-object': 'correct spec.ref: the server gives no such commit',
  redirect: 'set spec.url to the address that the server redirects to: credentials are not sent on',
  'bad-object': 'the repository holds objects that git refuses; run git fsck in it',
  'too-large': 'the repository is too large, or its server sends without an end',
  'corrupt-mirror': 'the copy on the worker is damaged and is made anew',
  disk: 'free or repair the data directory of the worker',
  network: 'it is tried again',
  timeout: 'it is tried again; raise spec.timeout if the repository needs longer',
  'no-git': 'install git on the worker',
  unknown: 'it is tried again',
};

// The same call brings the same answer until somebody changes something; the object's next retry looks again.
export const LASTING: ReadonlySet<GitProblem> = new Set([
  'authentication',
  'host-key',
  'tls',
  'not-found',
  'missing-ref',
  'refused-object',
  'redirect',
  'bad-object',
  'too-large',
]);

/**
 * The failure that a git command means for its object: the operation (`unable to clone`), the URL, git's own
 * words and what to do. Anything that is no failed command (a cancellation, a failure already) is returned as it is.
 */
export function gitFailure(error: unknown, operation: string, url: GitUrl): unknown {
  if (!(error instanceof GitCommandError)) return error;
  const problem = gitProblem(error);
  const message = `${operation} '${url.href}': ${wordsOf(error)}; ${HINT[problem]}`;
  return (LASTING.has(problem) ? failed : transient)(reasonOf(problem), message);
}

function reasonOf(problem: GitProblem): Reason {
  if (problem === 'authentication' || problem === 'host-key') return Reason.AuthenticationFailed;
  return problem === 'disk' ? Reason.StorageOperationFailed : Reason.GitOperationFailed;
}

/** The longest words that are repeated, in characters. */
export const MOST_WORDS = 400;

/** What git said last and loudest; progress and what the server chatted are left out. */
export function wordsOf(error: GitCommandError): string {
  if (error.ended === 'timeout') return 'context deadline exceeded';
  const lines = messageOf(error)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean);
  const telling = lines.filter((line) =>
    /^(fatal|error|remote: .*(error|denied|not found))|host key|load key|permission denied/i.test(line),
  );
  const words = (telling.length > 0 ? telling : lines)
    .slice(-3)
    .join('; ')
    .replace(/fatal: (unable to access '[^']*': )?/g, '');
  return words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words;
}

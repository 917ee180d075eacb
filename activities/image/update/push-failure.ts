import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import { GitCommandError } from '../../fetch/git.ts';
import { type GitProblem, gitProblem, LASTING, MOST_WORDS, wordsOf } from '../../fetch/git-errors.ts';
import type { GitUrl } from '../../fetch/git-url.ts';

const MOST_LINES = 6;

/**
 * The failure that a refused push means: the remote's words and what to do. A refusal by a rule of the server stays
 * until somebody changes it; a cut line may pass. What is no failed command is returned as it is.
 */
export function pushFailure(error: unknown, ref: string, url: GitUrl): unknown {
  if (!(error instanceof GitCommandError)) return error;
  const said = error.message;
  const refusal = /^!\t[^\t]*\t\[(?:remote )?rejected\] \((.*)\)$/m.exec(said)?.[1];
  const problem = gitProblem(error);
  const words = refusal === undefined ? wordsOf(error) : [...remoteLines(said), refusal].join('; ');
  const shown = words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words;
  const message = `failed to update source: failed to push ${ref} to '${url.href}': ${shown}; ${hintOf(said, refusal, problem)}`;
  const isLasting = refusal !== undefined || LASTING.has(problem) || NOT_ALLOWED.test(said);
  return (isLasting ? failed : transient)(Reason.GitOperationFailed, message);
}

const NOT_ALLOWED =
  /read.only|not allowed to push|write access to repository not granted|does not support push options/i;

function hintOf(said: string, refusal: string | undefined, problem: GitProblem): string {
  if (/does not support push options/i.test(said))
    return 'remove spec.git.push.options: the server takes none';
  if (/exists; cannot create/.test(said)) {
    return 'a branch of the server has a name that is the beginning of the other; rename one of them';
  }
  if (refusal !== undefined) {
    return 'allow the account to push to this branch, or name another one in spec.git.push.branch and merge it';
  }
  if (problem === 'authentication' || NOT_ALLOWED.test(said)) {
    return 'the account in the Secret of the GitRepository must be allowed to push';
  }
  if (problem === 'not-found')
    return 'check spec.url of the GitRepository, and that its account may push there';
  if (problem === 'timeout')
    return 'it is tried again; raise spec.timeout of the GitRepository if it needs longer';
  return LASTING.has(problem) ? 'check the GitRepository and its Secret' : 'it is tried again';
}

/** What a hook or the hosting service says of it. */
function remoteLines(said: string): readonly string[] {
  return said
    .split(/[\r\n]+/)
    .flatMap((line) => /^remote: +(.*\S)/.exec(line)?.[1] ?? [])
    .slice(0, MOST_LINES);
}

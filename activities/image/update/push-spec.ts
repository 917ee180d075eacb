import { Reason } from '../../../api/reasons.ts';
import { stalled } from '../../failures.ts';
import { checkRefName } from '../../fetch/git-url.ts';

/** `spec.git.push.refspec`, read. */
export interface Refspec {
  /** As it was written. */
  readonly text: string;
  /** Which commit it pushes: the new one, or the one that was checked out. */
  readonly what: 'push' | 'checkout';
  /** The full ref at the remote. */
  readonly to: string;
  /** What is there may be overwritten. */
  readonly force: boolean;
}

/** The branches that a refspec may begin with, without `refs/heads/`. */
interface Known {
  readonly push: string;
  readonly checkout: string | undefined;
}

const OPTION_KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const LONGEST_OPTION = 4096;

/** Reads `spec.git.push.refspec`. Throws a stalled InvalidSourceConfiguration, GitOperationFailed for a bad name. */
export function refspecOf(text: string | undefined, known: Known): Refspec | undefined {
  if (!text) return undefined;
  const shown = `spec.git.push.refspec ${JSON.stringify(text.slice(0, 200))}`;
  const [, plus, from = '', to = ''] = /^(\+?)([^:]+):([^:]+)$/.exec(text) ?? [];
  if (to === '') throw invalid(`${shown} must be <from>:<to>, such as refs/heads/a:refs/heads/b`);
  checkRefName('spec.git.push.refspec', to);
  if (!to.startsWith('refs/')) throw invalid(`${shown} must name its target in full; write refs/heads/${to}`);
  const what = commitOf(from, known);
  if (what !== undefined) return { text, what, to, force: plus === '+' };
  throw invalid(`${shown} must begin with the push branch: refs/heads/${known.push}:${to}`);
}

/** Reads `spec.git.push.options` as `key=value`, in the order of the keys. Throws a stalled InvalidSourceConfiguration. */
export function optionsOf(options: Readonly<Record<string, string>> | undefined): readonly string[] {
  return Object.entries(options ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      const shown = `spec.git.push.options has the key ${JSON.stringify(key.slice(0, 80))}`;
      if (!OPTION_KEY.test(key)) throw invalid(`${shown}, which is none; use letters, digits and ._-`);
      if (/\p{Cc}/u.test(value) || value.length > LONGEST_OPTION) {
        throw invalid(`${shown} with a value that holds control characters or is too long`);
      }
      return value === '' ? key : `${key}=${value}`;
    });
}

function commitOf(from: string, { push, checkout }: Known): Refspec['what'] | undefined {
  const branch = from.replace(/^refs\/heads\//, '');
  if (branch === push || from === 'HEAD') return 'push';
  return branch === checkout ? 'checkout' : undefined;
}

/** A spec that cannot work until somebody corrects it. */
export function invalid(problem: string): Error {
  return stalled(Reason.InvalidSourceConfiguration, `invalid source configuration: ${problem}`);
}

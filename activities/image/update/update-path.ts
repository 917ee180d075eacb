import { posix } from 'node:path';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';

/**
 * `spec.update.path` as a path of the repository: without `.`, empty for its root. One that begins with `/` begins at
 * the root, as with Flux. Throws UpdateFailed for a path that leads out.
 */
export function updatePathOf(path: string | undefined): string {
  if (!path) return '';
  const shown = JSON.stringify(path.slice(0, 200));
  if (path.includes('\0')) throw refused(`${shown} holds a NUL`);
  const clean = posix.normalize(path).replace(/^\/+|\/+$/g, '');
  if (clean === '..' || clean.startsWith('../')) throw refused(`${shown} leads out of the repository`);
  return clean === '.' ? '' : clean;
}

function refused(problem: string): Error {
  return failed(Reason.UpdateFailed, `failed to apply policies: spec.update.path ${problem}; correct it`);
}

import { withoutFailures } from '../../status/helm-release-status.ts';
import type { ActionOutcome, Turn } from './outcome.ts';
import { uninstallLatest } from './uninstall.ts';

/** Takes down a release that the spec wants elsewhere, under another name or of another chart; what is wanted comes next. */
export async function replace(turn: Turn): Promise<ActionOutcome> {
  const outcome = await uninstallLatest({ ...turn, secrets: turn.values.secrets });
  if (outcome.error || turn.step.signal.aborted) return outcome;
  const { history: _history, storageNamespace: _namespace, ...rest } = outcome.status;
  return { ...outcome, status: withoutFailures(rest) };
}

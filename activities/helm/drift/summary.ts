import { Reason } from '../../../api/reasons.ts';
import type { Correction } from './correct.ts';
import type { Drift, DriftEntry } from './detect.ts';

/** One line for each object, as helm-controller's `internal/diff` writes them: counts, and no value of a field. */
export function summarizeDrift({ entries }: Pick<Drift, 'entries'>): string {
  return entries.map(summarize).join('\n');
}

function summarize({ subject, kind, changes }: DriftEntry): string {
  if (kind !== 'changed') return `${subject} ${kind}`;
  const count = (op: string) => changes.filter((change) => change.op === op).length;
  return `${subject} changed (${count('add')} additions, ${count('replace')} changes, ${count('remove')} removals)`;
}

/** The message of the condition Drifted and of its event; `release` is `<namespace>/<name>.v<version>`. */
export function driftMessage(release: string, drift: Pick<Drift, 'entries'>): string {
  return `Cluster state of release ${release} has drifted from the desired state:\n${summarizeDrift(drift)}`;
}

interface CorrectionEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/** The event of a correction; undefined when there was nothing to do. */
export function correctionEvent(
  release: string,
  { corrected, failures }: Correction,
): CorrectionEvent | undefined {
  if (failures.length > 0) {
    const partially = corrected.length > 0 ? 'partially ' : '';
    const done = corrected.length > 0 ? `\n\nSuccessful corrections:\n${corrected.join('\n')}` : '';
    const message = `Failed to ${partially}correct cluster state of release ${release}:\n${failures.join('\n')}${done}`;
    return { type: 'Warning', reason: Reason.DriftCorrectionFailed, message };
  }
  if (corrected.length === 0) return undefined;
  const message = `Cluster state of release ${release} has been corrected:\n${corrected.join('\n')}`;
  return { type: 'Normal', reason: Reason.DriftCorrected, message };
}

import { findCondition } from '../../api/conditions.ts';
import type { KindInfo } from './kind-info.ts';
import type { Reconciled } from './reconciled.ts';

/** What a wait concludes from an object: done, not yet, or never. */
export type Progress =
  | { readonly state: 'current' }
  | { readonly state: 'inProgress'; readonly trouble?: string }
  | { readonly state: 'failed'; readonly message: string };

const CURRENT: Progress = { state: 'current' };
const IN_PROGRESS: Progress = { state: 'inProgress' };

/** The generic rules of kstatus: deletion, generation, Reconciling and Stalled in the order of the list, then Ready. */
export function kstatus(object: Reconciled): Progress {
  if (object.metadata.deletionTimestamp) {
    return { state: 'failed', message: 'Resource scheduled for deletion' };
  }
  const { observedGeneration, conditions = [] } = object.status ?? {};
  if (observedGeneration !== undefined && observedGeneration !== object.metadata.generation) {
    return IN_PROGRESS;
  }
  for (const { type, status, message } of conditions) {
    if (status !== 'True') continue;
    if (type === 'Reconciling') return IN_PROGRESS;
    if (type === 'Stalled') return { state: 'failed', message };
  }
  const ready = findCondition(conditions, 'Ready');
  return ready === undefined || ready.status === 'True' ? CURRENT : IN_PROGRESS;
}

/** After an annotation: has this request been handled, and how did it end? */
export function requestProgress(object: Reconciled, handledBefore: string): Progress {
  if ((object.status?.lastHandledReconcileAt ?? '') === handledBefore) return IN_PROGRESS;
  return withTrouble(object, kstatus(object));
}

/** After a change of the spec: does the status speak of this generation, and how did it end? An object that nobody reconciles has none. */
export function specProgress(info: Pick<KindInfo, 'isStatic'>, object: Reconciled): Progress {
  if (info.isStatic(object)) return kstatus({ ...object, status: {} });
  const observed = object.status?.observedGeneration ?? 0;
  const ready = findCondition(object.status?.conditions, 'Ready');
  // Conditions of other controllers may carry no generation: then the status as a whole must.
  const seen = ready?.observedGeneration || observed;
  if (ready === undefined || seen !== object.metadata.generation) return IN_PROGRESS;
  // One whose very first attempt failed was never reconciled, but says already what is wrong.
  return withTrouble(object, observed < 1 ? IN_PROGRESS : kstatus(object));
}

/** An attempt that failed is retried, so the wait goes on; but whoever waits may know why. */
function withTrouble(object: Reconciled, progress: Progress): Progress {
  const ready = findCondition(object.status?.conditions, 'Ready');
  if (progress.state !== 'inProgress' || ready?.status !== 'False') return progress;
  return { state: 'inProgress', trouble: ready.message };
}

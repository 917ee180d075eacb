import type { ApplicationFailure } from '@temporalio/common';
import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, messageOf, transient } from '../failures.ts';
import { isTransient, KubeError, KubeUnreachableError, NoKindError } from '../kube/errors.ts';
import type { ChangeSetEntry } from './contract.ts';
import { scrub } from './scrub.ts';

/** One object that the server refused. */
export interface Refusal {
  readonly object: KubeObject;
  readonly during: 'query' | 'dry-run' | 'apply';
  readonly error: unknown;
  /** The definition of its kind has just changed: a server may judge by the old one for some milliseconds more. */
  readonly isDefinitionNew?: boolean;
}

/** How far an apply came before it stopped. */
export interface Progress {
  readonly changed: readonly ChangeSetEntry[];
  /** `Kind/namespace/name`. */
  readonly notTried: readonly string[];
}

/** An object that had to go first is still there. */
export class StillThereError extends Error {
  constructor(object: KubeObject, waitedMs: number) {
    const finalizers = object.metadata.finalizers ?? [];
    super(
      `immutable field detected: the object is still being deleted after ${waitedMs / 1000}s` +
        (finalizers.length > 0 ? ` (finalizers: ${finalizers.join(', ')})` : ''),
    );
    this.name = 'StillThereError';
  }
}

// More names than this bury the first one.
const NAMED = 10;

/** ReconciliationFailed for refused objects, all of them named, with what was changed before and what was not tried. */
export function refusalFailure(
  refusals: readonly Refusal[],
  progress: Progress = { changed: [], notTried: [] },
): ApplicationFailure {
  const lines = [
    ...some(refusals.map(describeRefusal)),
    ...(progress.changed.length > 0 || progress.notTried.length > 0 ? [describeProgress(progress)] : []),
  ];
  // One refusal that no retry mends is enough to stop retrying.
  const make = refusals.every(mayPass) ? transient : failed;
  const [first] = refusals;
  return make(Reason.ReconciliationFailed, lines.join('\n'), {
    ...retryAfter(refusals.map(({ error }) => error)),
    ...(first && { detail: { object: describeObject(first.object) } }),
  });
}

function mayPass({ error, isDefinitionNew }: Refusal): boolean {
  if (isDefinitionNew && /field not declared in schema/.test(messageOf(error))) return true;
  return error instanceof StillThereError || isTransient(error);
}

/** ReconciliationFailed for a request that is about no single object; failures pass through as they are. */
export function requestFailure(what: string, error: unknown): unknown {
  // Cancellation and failures of our own keep their meaning.
  if (!isKubernetesError(error)) return error;
  const make = isTransient(error) ? transient : failed;
  return make(Reason.ReconciliationFailed, `${what}: ${messageOf(error)}`, retryAfter([error]));
}

/** Whether the API server, or the way to it, said no: anything else is cancellation, a fence or a bug, and no verdict. */
export function isKubernetesError(error: unknown): boolean {
  return (
    error instanceof KubeError ||
    error instanceof NoKindError ||
    error instanceof KubeUnreachableError ||
    error instanceof StillThereError
  );
}

function retryAfter(errors: readonly unknown[]): { retryAfterMs?: number } {
  const waits = errors.map((error) => (error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0));
  const longest = Math.max(0, ...waits);
  return longest > 0 ? { retryAfterMs: longest } : {};
}

/** The sentence of one refusal, worded as fluxcd/pkg ssa/errors does, with no value of a Secret in it. */
export function describeRefusal({ object, during, error }: Refusal): string {
  const subject = describeObject(object);
  const text = scrub(messageOf(error), object);
  if (during !== 'dry-run') return `${subject} ${during} failed: ${text}`;
  if (error instanceof KubeError && error.status === 404) {
    const isHomeless = object.metadata.namespace === undefined;
    return `${subject} ${isHomeless ? 'namespace not specified' : 'not found'}: ${text}`;
  }
  const reason = reasonOf(error);
  return `${subject} dry-run failed${reason && ` (${reason})`}: ${text}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof KubeError)) return '';
  const conflict = error.causes.find((cause) => cause.reason === 'FieldManagerConflict');
  return conflict?.reason ?? error.reason;
}

function describeProgress({ changed, notTried }: Progress): string {
  const applied = changed.map(({ subject, action }) => `${subject} ${action}`);
  const parts = [
    ...(applied.length > 0 ? [`applied before: ${some(applied).join(', ')}`] : []),
    ...(notTried.length > 0 ? [`not tried: ${some(notTried).join(', ')}`] : []),
  ];
  return parts.join('\n');
}

function some(items: readonly string[]): string[] {
  if (items.length <= NAMED) return [...items];
  return [...items.slice(0, NAMED), `and ${items.length - NAMED} more`];
}

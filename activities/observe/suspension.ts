import { Annotation } from '../../api/names.ts';
import type { ObjectRef } from '../../api/object-ref.ts';
import type { Deps } from '../deps.ts';
import { targetOfRef } from './object.ts';

export interface SuspendInput {
  readonly ref: ObjectRef;
  readonly reason?: string;
  readonly by?: string;
  readonly forMs?: number;
}

/** Suspends the object for everybody: in its spec, with who and why beside it. */
export async function suspendObject(deps: Deps, { ref, reason, by, forMs }: SuspendInput): Promise<void> {
  if (!(await deps.kube.get(targetOfRef(ref)))) return;
  const until = forMs === undefined ? null : new Date(deps.now().getTime() + forMs).toISOString();
  const annotations = {
    [Annotation.suspendReason]: reason ?? null,
    [Annotation.suspendedBy]: by ?? null,
    [Annotation.suspendedUntil]: until,
  };
  await deps.kube.patch(
    targetOfRef(ref),
    { metadata: { annotations }, spec: { suspend: true } },
    { type: 'merge' },
  );
  if (forMs === undefined) await deps.runs.dropResume(ref);
  else await deps.runs.resumeIn(ref, forMs);
}

export interface ResumeInput {
  readonly ref: ObjectRef;
  readonly by?: string;
}

/** Resumes the object, and forgets why it rested. */
export async function resumeObject(deps: Deps, { ref }: ResumeInput): Promise<void> {
  if (!(await deps.kube.get(targetOfRef(ref)))) return;
  const annotations = {
    [Annotation.suspendReason]: null,
    [Annotation.suspendedBy]: null,
    [Annotation.suspendedUntil]: null,
  };
  await deps.kube.patch(
    targetOfRef(ref),
    { metadata: { annotations }, spec: { suspend: null } },
    { type: 'merge' },
  );
  await deps.runs.dropResume(ref);
}

/** The time of a suspension is over. */
export async function requestResume(deps: Deps, { ref, by }: ResumeInput): Promise<void> {
  await deps.runs.requestResume(ref, by ?? 'the end of its time');
}

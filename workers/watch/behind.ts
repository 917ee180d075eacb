import { Kind } from '../../api/object-ref.ts';
import { Trigger } from '../../workflows/messages.ts';
import { isReady, type Summary } from './summary.ts';

/**
 * What an object was asked already, since the watch began. Level-triggered means that every event looks at the
 * whole object; this keeps the object's own status patches from asking again and again.
 */
export interface Asked {
  readonly generation?: number;
  readonly requestedAt?: string;
  readonly source?: string;
  readonly deletion?: boolean;
  readonly choices?: string;
}

/** What an object is to be level with. */
export interface Level {
  readonly source?: Summary | undefined;
  /** The choices of the policies that it follows, once they are known. */
  readonly choices?: string | undefined;
}

export interface Need {
  readonly trigger: Trigger;
  readonly requestedAt?: string;
  /** Whoever requested it signals the run itself, unless it dies in between. */
  readonly isSignalled?: boolean;
  /** What was asked, once this need is met. */
  readonly asked: Asked;
}

/** What the status says that the object lacks, and nobody has asked for yet; undefined when it is up to date. */
export function behind(object: Summary, level: Level, asked: Asked): Need | undefined {
  if (object.isStatic) return undefined;
  if (object.isDeleting && !asked.deletion)
    return { trigger: Trigger.Delete, asked: { ...asked, deletion: true } };
  // What is asked together is met by one run: all of it is noted.
  const all: Asked = { ...asked, ...allOf(object, level) };
  if (needsRequest(object) && object.requestedAt !== asked.requestedAt)
    return requestNeed(object, object.requestedAt, all);
  if (object.isDeleting) return undefined;
  const trigger = changeOf(object, level, asked);
  return trigger && { trigger, asked: all };
}

function allOf({ requestedAt, generation }: Summary, { source, choices }: Level): Asked {
  return {
    generation,
    ...(requestedAt !== undefined && { requestedAt }),
    ...sourceAsked(source),
    ...(choices !== undefined && { choices }),
  };
}

/** What changed at it or at what it is to be level with, and was not asked for. */
function changeOf(object: Summary, { source, choices }: Level, asked: Asked): Trigger | undefined {
  if (needsSpec(object) && asked.generation !== object.generation) return specTrigger(object);
  if (needsSource(object, source) && asked.source !== sourceKey(source)) return Trigger.Source;
  return needsChoices(object, choices) && asked.choices !== choices ? Trigger.Policy : undefined;
}

function requestNeed({ signalledRequest }: Summary, requestedAt: string, asked: Asked): Need {
  const isSignalled = signalledRequest === requestedAt;
  return { trigger: Trigger.Request, requestedAt, ...(isSignalled && { isSignalled }), asked };
}

function needsRequest(object: Summary): object is Summary & { readonly requestedAt: string } {
  return object.requestedAt !== undefined && object.requestedAt !== object.handledRequest;
}

function needsSpec(object: Summary): boolean {
  if (object.observedGeneration === object.generation) return false;
  // A suspended object that failed keeps its old generation for good; one that is being worked on is to stop.
  return !object.isSuspended || object.ready?.status !== 'False';
}

function specTrigger({ isSuspended }: Summary): Trigger {
  return isSuspended ? Trigger.Suspend : Trigger.Spec;
}

// A chart or a release that gave up may come good with another version; what these stall on is their spec.
const STALL_ON_SPEC: ReadonlySet<Kind> = new Set([Kind.Kustomization, Kind.ImagePolicy]);

function needsSource(object: Summary, source: Summary | undefined): boolean {
  if (object.isSuspended || source?.artifactRevision === undefined) return false;
  // It asks the remote itself, at each interval: a push that is not its own is in no hurry there.
  if (object.follows !== undefined) return false;
  if (object.isStalled && STALL_ON_SPEC.has(object.ref.kind)) return false;
  if (source.artifactRevision !== object.attemptedRevision) return true;
  return isWaiting(object, ['ArtifactFailed']);
}

function needsChoices({ follows, isSuspended, isStalled }: Summary, choices: string | undefined): boolean {
  if (follows === undefined || choices === undefined) return false;
  return !isSuspended && !isStalled && follows.observed !== choices;
}

function sourceAsked(source: Summary | undefined): Pick<Asked, 'source'> {
  const value = sourceKey(source);
  return value === undefined ? {} : { source: value };
}

/** Tells artifacts apart: by content, and by where they are served. */
export function sourceKey(source: Summary | undefined): string | undefined {
  return source?.artifactRevision === undefined
    ? undefined
    : `${source.artifactRevision}/${source.artifactDigest}/${source.artifactUrl}`;
}

/** Another artifact of the same revision: no status of a dependant tells which one it was built from. */
export function isRemade(before: Summary | undefined, after: Summary): boolean {
  return (
    before?.artifactRevision !== undefined &&
    before.artifactRevision === after.artifactRevision &&
    before.artifactDigest !== after.artifactDigest
  );
}

/** Whether it waits for another object to become ready, or for the spec of that one to change. */
export function waitsForDependency(object: Summary): boolean {
  return isWaiting(object, ['DependencyNotReady']);
}

/** Whether it waits for its source to become ready. */
export function waitsForSource(object: Summary): boolean {
  // What a policy depends on is its source.
  const isPolicy = object.ref.kind === Kind.ImagePolicy;
  return isWaiting(object, isPolicy ? ['DependencyNotReady'] : WAITING_FOR_SOURCE);
}

const WAITING_FOR_SOURCE = ['SourceNotReady', 'NoSourceArtifact', 'SourceUnavailable', 'SourceManagerFailed'];

/** Whether a changed spec of its source is its business, although the artifact is the same: who may use it, and where it is. */
export function readsSpecOfSource(object: Summary): boolean {
  if (object.isSuspended) return false;
  return object.follows !== undefined || (object.ref.kind === Kind.ImagePolicy && hasFailed(object));
}

/** Whether it failed, whatever for, and may come good with another source. */
export function hasFailed({ ready, isSuspended }: Summary): boolean {
  return !isSuspended && ready?.status === 'False';
}

function isWaiting({ ready, isSuspended }: Summary, reasons: readonly string[]): boolean {
  return !isSuspended && ready?.status === 'False' && reasons.includes(ready.reason);
}

/** What dependants wait for has come: the object is ready, and was not or not with this revision. */
export function becameReady(before: Summary | undefined, after: Summary): boolean {
  if (before === undefined || !isReady(after)) return false;
  return !isReady(before) || before.appliedRevision !== after.appliedRevision;
}

/** What dependants wait for will not come by itself: it fails since now, or otherwise, and they tell why they wait. */
export function beganToFail(before: Summary | undefined, after: Summary): boolean {
  if (before === undefined || after.ready?.status !== 'False') return false;
  return before.ready?.status !== 'False' || before.ready.reason !== after.ready.reason;
}

/**
 * Whether somebody has to look at an object that was listed: it is neither ready nor stalled, or suspended for a
 * time, so an appointment is due, and the one that there was may be lost with Temporal's database.
 */
export function needsLook(object: Summary): boolean {
  if (object.isStatic) return false;
  if (object.isSuspended) return object.suspendedUntil !== undefined;
  if (object.isDeleting || object.isStalled) return false;
  return object.ready !== undefined && object.ready.status !== 'True' && object.observedGeneration !== -1;
}

import { ConditionType, findCondition } from '../../api/conditions.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Kind } from '../../api/object-ref.ts';
import { TakenOverError } from '../fence.ts';
import type { KubeClient } from '../kube/client.ts';
import type { BuiltInput } from '../observe/kustomization.ts';
import { parseObject, targetOfRef } from '../observe/object.ts';

/** Watches over an apply or a prune: whether it is still wanted, and still ours. */
export interface Guard {
  /** Aborts between two writes once the work is not wanted any more. */
  readonly signal: AbortSignal;
  /** Looks at once; the first look by itself comes after a second. */
  look(): Promise<void>;
  /** Why it was stopped, if it was. */
  stopped(): string | undefined;
  end(): void;
}

const LOOK_MS = 1_000;

/**
 * Looks every second whether the object was suspended or deleted while it is being worked on, whoever did it (a local
 * activity gets no signals while it runs), and whether another attempt has taken over: one that lost its task without
 * knowing must not undo what its successor does. Short work is over before the first look.
 */
export function guard(kube: KubeClient, input: BuiltInput, outer: AbortSignal): Guard {
  const own = new AbortController();
  let stopped: string | undefined;

  async function look(): Promise<void> {
    const found = await kube.get(targetOfRef(input.ref));
    if (own.signal.aborted) return;
    const object = found && parseObject(Kind.Kustomization, found);
    stopped = reasonToStop(object, input.uid);
    if (stopped !== undefined) own.abort(new Error(stopped));
    else if (object && isTakenOver(object, input)) own.abort(new TakenOverError());
  }

  // A look that fails says nothing; the writes meet the same API server and tell.
  const tryLook = () => look().catch(() => undefined);
  const timer = setInterval(() => void tryLook(), LOOK_MS);
  return {
    signal: AbortSignal.any([outer, own.signal]),
    look: tryLook,
    stopped: () => stopped,
    end: () => clearInterval(timer),
  };
}

function reasonToStop(object: Kustomization | undefined, uid: string): string | undefined {
  if (object === undefined || object.metadata.uid !== uid) return 'the object was removed during the apply';
  if (object.metadata.deletionTimestamp) return 'the object was deleted during the apply';
  return object.spec.suspend ? 'the object was suspended during the apply' : undefined;
}

/** Before its first write each attempt says in the status which revision and generation it works on. */
function isTakenOver({ status }: Kustomization, { artifact, generation }: BuiltInput): boolean {
  const theirs = findCondition(status?.conditions, ConditionType.Reconciling)?.observedGeneration ?? 0;
  return status?.lastAttemptedRevision !== artifact.revision || theirs > generation;
}

/**
 * How long a new attempt waits between its first word in the status and its first write, where the status tells of one
 * that never ended: as long as a {@link guard} of that one, if it lives, takes to see it and stop.
 */
export const TAKE_OVER_MS = 2_000;

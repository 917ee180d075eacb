import type { ObjectRef } from '../../api/object-ref.ts';
import type { KubeClient } from '../kube/client.ts';
import { parseKustomization, targetOfRef } from '../observe/object.ts';

/** Watches over an apply: whether it is still wanted. */
export interface Guard {
  /** Aborts between two writes once the apply is not wanted any more. */
  readonly signal: AbortSignal;
  /** Why it was stopped, if it was. */
  stopped(): string | undefined;
  end(): void;
}

const LOOK_MS = 1_000;

/**
 * Looks every second whether the object was suspended or deleted while it is being applied, whoever did it:
 * a local activity gets no signals while it runs. Short applies never look.
 */
export function guard(
  kube: KubeClient,
  { ref, uid }: { readonly ref: ObjectRef; readonly uid: string },
  outer: AbortSignal,
): Guard {
  const own = new AbortController();
  let stopped: string | undefined;

  async function look(): Promise<void> {
    const object = await kube.get(targetOfRef(ref));
    if (object === undefined || object.metadata.uid !== uid)
      stopped = 'the object was removed during the apply';
    else if (object.metadata.deletionTimestamp) stopped = 'the object was deleted during the apply';
    else if (parseKustomization(object).spec.suspend) stopped = 'the object was suspended during the apply';
    if (stopped !== undefined) own.abort(new Error(stopped));
  }

  // A look that fails says nothing; the writes meet the same API server and tell.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  return {
    signal: AbortSignal.any([outer, own.signal]),
    stopped: () => stopped,
    end: () => clearInterval(timer),
  };
}

import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager } from '../../api/names.ts';
import { targetOf } from '../kube/client.ts';
import type { ApplyContext, PlanEntry } from './contract.ts';
import { allowsRecreation } from './directives.ts';
import { StillThereError } from './failure.ts';
import { awaitGone } from './gone.ts';
import { isImmutable } from './immutable.ts';
import { isSurelyInSync } from './in-sync.ts';

/** How long a finalizer may hold an object that is to be created anew, in milliseconds. */
const RECREATE_MS = 60_000;

/** Sends one change and returns the object as the server then has it. Recreates it where that is allowed and needed. */
export async function write(
  context: ApplyContext,
  entry: PlanEntry,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { kube, force } = context;
  const { object, live, takeover } = entry;
  if (takeover)
    await kube.patch(targetOf(object), takeover, { type: 'json', fieldManager: FieldManager.apply });
  try {
    return await send(context, object);
  } catch (error) {
    if (!live || !isImmutable(error) || !allowsRecreation(object, live, force)) throw error;
  }
  // A crash from here on leaves the object missing, but in the inventory: the next pass creates it.
  await kube.delete(targetOf(live), { uid: live.metadata.uid });
  const left = await awaitGone(kube, [live], { timeoutMs: RECREATE_MS, signal });
  if (left.length > 0) throw new StillThereError(live, RECREATE_MS);
  return send(context, object);
}

async function send({ kube, memo }: ApplyContext, object: KubeObject): Promise<KubeObject> {
  const answer = await kube.apply(object, { fieldManager: FieldManager.apply });
  // What an apply has just answered needs no dry run at the next pass.
  if (!isSurelyInSync(object, answer)) memo.rememberUnchanged(object, answer);
  return answer;
}

import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { compileReceiver } from '../notify/receiver/expressions.ts';
import { readReceiverSecret } from '../notify/receiver/secret.ts';
import {
  type Attempt,
  attemptOf,
  durationField,
  ensureFinalizer,
  parseObject,
  suspensionNote,
  targetOfRef,
} from './object.ts';

export type ObservedReceiver =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting' }
  | ({ readonly state: 'Ready' } & RefInput & Attempt);

/**
 * Whether a Receiver may answer. Throws InvalidCELExpression, ValidationFailed and InvalidSpec (stalled), and
 * TokenNotFound. What of the Secret makes the path stays here: a result is read by many.
 */
export async function observeReceiver(
  { kube }: Pick<Deps, 'kube'>,
  { ref }: RefInput,
): Promise<ObservedReceiver> {
  const found = await kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp) return { state: 'Deleting' };
  const object = parseObject(Kind.Receiver, await ensureFinalizer(kube, ref, found));
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };
  durationField('interval', object.spec.interval);
  compileReceiver(object.spec);
  await readReceiverSecret(kube, object);
  return { state: 'Ready', ref, ...attemptOf(object) };
}

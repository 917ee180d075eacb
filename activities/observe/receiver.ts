import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { compileReceiver } from '../notify/receiver/expressions.ts';
import { readReceiverSecret } from '../notify/receiver/secret.ts';
import { type Attempt, attemptOf, durationField, type Idle, readForPass } from './object.ts';

export type ObservedReceiver = Idle | ({ readonly state: 'Ready' } & RefInput & Attempt);

/**
 * Whether a Receiver may answer. Throws InvalidCELExpression, ValidationFailed and InvalidSpec (stalled), and
 * TokenNotFound. What of the Secret makes the path stays here: a result is read by many.
 */
export async function observeReceiver(
  { kube }: Pick<Deps, 'kube'>,
  { ref }: RefInput,
): Promise<ObservedReceiver> {
  const read = await readForPass(kube, Kind.Receiver, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  durationField('interval', object.spec.interval);
  compileReceiver(object.spec);
  await readReceiverSecret(kube, object);
  return { state: 'Ready', ref, ...attemptOf(object) };
}

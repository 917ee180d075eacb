import type { Receiver } from '../../../api/receiver.ts';
import type { KubeClient } from '../../kube/client.ts';
import { readReceiverSecret } from './secret.ts';
import { webhookPath } from './webhook-path.ts';

/** Whether the Secret says another path than the status. Throws TokenNotFound. */
export async function lookAtReceiver(
  { kube }: { readonly kube: Pick<KubeClient, 'get'> },
  receiver: Receiver,
): Promise<{ readonly due?: string; readonly message: string }> {
  const { token } = await readReceiverSecret(kube, receiver);
  return webhookPath(token, receiver.metadata) === receiver.status?.webhookPath
    ? { message: 'nothing to do, the token is the same' }
    : { due: 'Config', message: 'the token changed' };
}

import type { KubeClient } from '../../activities/kube/client.ts';
import { type ReceiverSecret, readReceiverSecret } from '../../activities/notify/receiver/secret.ts';
import type { Receiver } from '../../api/receiver.ts';

/** Reads Secrets of Receivers; those who ask in the same second share one answer. Throws TokenNotFound. */
export type SecretReader = (receiver: Receiver) => Promise<ReceiverSecret>;

const KEPT_MS = 1_000;

/** A flood of webhooks reads a Secret once a second, and a rotated token is in force a second later. */
export function createSecretReader(
  kube: Pick<KubeClient, 'get'>,
  now: () => number = () => performance.now(),
): SecretReader {
  const kept = new Map<string, { readonly secret: Promise<ReceiverSecret>; readonly until: number }>();
  return (receiver) => {
    const at = now();
    for (const [key, { until }] of kept) if (until <= at) kept.delete(key);
    const key = `${receiver.metadata.namespace}/${receiver.spec.secretRef?.name}`;
    const known = kept.get(key);
    if (known) return known.secret;
    const secret = readReceiverSecret(kube, receiver);
    secret.catch(() => undefined);
    kept.set(key, { secret, until: at + KEPT_MS });
    return secret;
  };
}

import { Reason } from '../../../api/reasons.ts';
import type { Receiver } from '../../../api/receiver.ts';
import { failed } from '../../failures.ts';
import type { KubeClient } from '../../kube/client.ts';
import { secretReader } from '../../kube/secret-reader.ts';
import { rememberSecret } from '../../redact.ts';

/** What a Receiver authenticates with. */
export interface ReceiverSecret {
  /** Empty for a Receiver without a Secret, which is one of OIDC. */
  readonly token: Buffer;
  /** Of gcr: the account that pushes, and for whom its tokens are. */
  readonly email: string;
  readonly audience: string;
}

const NONE: ReceiverSecret = { token: Buffer.alloc(0), email: '', audience: '' };

/** Reads the Secret of a Receiver. Throws TokenNotFound when it is not there, or has no token. */
export async function readReceiverSecret(
  kube: Pick<KubeClient, 'get'>,
  { metadata: { namespace }, spec }: Receiver,
): Promise<ReceiverSecret> {
  if (!spec.secretRef) return NONE;
  const { name } = spec.secretRef;
  const data = await secretReader(kube)(namespace, name);
  const id = `${namespace}/${name}`;
  if (!data)
    throw failed(
      Reason.TokenNotFound,
      `unable to read token from secret '${id}' error: secrets "${name}" not found`,
    );
  const token = data['token'] ?? NONE.token;
  // An empty one would let everybody in.
  if (token.length === 0)
    throw failed(Reason.TokenNotFound, `invalid '${id}' secret data: required fields 'token'`);
  rememberSecret(token.toString());
  return { token, email: data['email']?.toString() ?? '', audience: data['audience']?.toString() ?? '' };
}

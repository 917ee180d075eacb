import { createHash } from 'node:crypto';

const PREFIX = '/hook/';

/** Where a Receiver is answered: who does not know its token cannot guess it. The token is empty for OIDC. */
export function webhookPath(token: Buffer, { name, namespace }: { name: string; namespace: string }): string {
  const digest = createHash('sha256').update(token).update(name).update(namespace).digest('hex');
  return `${PREFIX}${digest}`;
}

const PATH = /^\/hook\/([0-9a-f]{64})$/;

/** The digest of a request's target as it came, undefined for any other: nothing is decoded, and a query is another target. */
export function digestOf(target: string): Buffer | undefined {
  const [, digest] = PATH.exec(target) ?? [];
  return digest === undefined ? undefined : Buffer.from(digest, 'hex');
}

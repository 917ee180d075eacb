import type { Transport } from '../../activities/kube/transport.ts';
import type { Session } from './session.ts';

/** Calls `work` with plain requests to the API server: for what is no object (versions, discovery, logs). */
export async function withTransport<T>(
  session: Session,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const [access, { createTransport }] = await Promise.all([
    session.kubeAccess(),
    import('../../activities/kube/transport.ts'),
  ]);
  const transport = createTransport(access, 4);
  try {
    return await work(transport);
  } finally {
    await transport.close();
  }
}

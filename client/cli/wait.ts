import type { KindInfo } from './kind-info.ts';
import type { Progress } from './readiness.ts';
import type { Reconciled } from './reconciled.ts';
import { getObject, poll, type Session } from './session.ts';

/**
 * Waits until an object is where it should be; throws its message when it never will be. What makes it try
 * again is told once, so that nobody has to wait for the timeout to learn it.
 */
export async function waitFor(
  session: Session,
  info: KindInfo,
  at: { readonly name: string; readonly namespace: string },
  judge: (object: Reconciled) => Progress,
): Promise<Reconciled> {
  let told = '';
  return poll(session, async () => {
    const object = await getObject(session, info, at.name, at.namespace);
    const progress = judge(object);
    if (progress.state === 'failed') throw new Error(progress.message);
    if (progress.state === 'current') return object;
    if (progress.trouble && progress.trouble !== told) session.out.warning((told = progress.trouble));
    return undefined;
  });
}

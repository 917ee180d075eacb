import { userInfo } from 'node:os';
import type { ObjectRef } from '../../api/object-ref.ts';
import type { ObjectSignal } from '../objects.ts';
import type { Session } from './session.ts';

// The object says it already: the signal only makes it quicker.
const PATIENCE_MS = 2_000;

/**
 * Signals an object's workflow if Temporal can be reached, and says whether it could.
 * Never an error: the change of the object is what counts, and a worker's watch turns it into the same signal.
 */
export async function tellWorkflow<Request>(
  session: Session,
  ref: ObjectRef,
  signal: ObjectSignal<Request>,
): Promise<boolean> {
  try {
    const [client, { signalObject }] = await Promise.all([
      session.temporal({ connectTimeoutMs: PATIENCE_MS }),
      import('../objects.ts'),
    ]);
    await signalObject(client, session.flags.cluster, ref, signal);
    return true;
  } catch (error) {
    if (session.flags.verbose) session.out.warning(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** Who types. */
export function userName(): string {
  return process.env['USER'] || process.env['USERNAME'] || loginName();
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

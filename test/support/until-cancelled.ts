import { Context } from '@temporalio/activity';

/** A step that goes on until it is cancelled, beating as a real wait does. */
export async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beat = context.info.isLocal ? undefined : setInterval(() => context.heartbeat(), 50);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}

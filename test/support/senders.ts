import { Trigger } from '../../workflows/messages.ts';
import type { FakeObject } from './workflow-rig.ts';

interface Load {
  readonly senders: number;
  readonly each: number;
  /** Called just before each request. */
  readonly before?: () => void;
}

/** Requests from several senders, each with one in flight; resolves to the runs that got them and the slowest answer. */
export async function sendFromMany(
  object: FakeObject,
  { senders, each, before }: Load,
): Promise<{ readonly runs: ReadonlySet<string>; readonly slowestMs: number }> {
  const runs = new Set<string>();
  let slowestMs = 0;
  const send = async () => {
    for (let sent = 0; sent < each; sent++) {
      before?.();
      const began = performance.now();
      runs.add(await object.request(Trigger.Request));
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: senders }, send));
  return { runs, slowestMs };
}

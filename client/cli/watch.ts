import type { ListQuery, WatchEvent } from '../../activities/kube/client.ts';
import { isGone } from '../../activities/kube/errors.ts';
import { asReconciled, type Reconciled } from './reconciled.ts';
import type { Session } from './session.ts';

export interface WatchTable {
  /** Empty for none. */
  readonly header: readonly string[];
  /** Undefined for an object that is not shown. */
  row(object: Reconciled): readonly string[] | undefined;
}

/** Prints a row for every event of a watch, each padded by itself, the header with the first. Ends by the timeout, as `flux` does. */
export async function watchRows(session: Session, query: ListQuery, table: WatchTable): Promise<never> {
  let isFirst = true;
  for await (const { object } of watchObjects(session, query)) {
    const row = table.row(asReconciled(object));
    session.out.table(isFirst ? table.header : [], row ? [row] : []);
    isFirst = false;
  }
  throw new Error('timed out waiting for the condition');
}

/** What exists, then every change, until the deadline; goes on where the server ended a watch. */
export async function* watchObjects(session: Session, query: ListQuery): AsyncIterable<WatchEvent> {
  const kube = await session.kube();
  let resourceVersion: string | undefined;
  const watchOnce = async function* () {
    for await (const event of kube.watch({ ...query, resourceVersion }, { signal: session.deadline })) {
      resourceVersion = event.object.metadata.resourceVersion;
      if (event.type !== 'BOOKMARK') yield event;
    }
  };
  while (!session.deadline.aborted) {
    try {
      yield* watchOnce();
    } catch (error) {
      if (session.deadline.aborted) return;
      if (!isGone(error)) throw error;
      resourceVersion = undefined;
    }
  }
}

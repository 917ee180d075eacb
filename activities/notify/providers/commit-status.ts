import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import { commitOfRevision, revisionOf } from '../commit-status/commit-of.ts';
import type { CommitState } from '../commit-status/contract.ts';
import { setCommitStatus } from '../commit-status/set-commit-status.ts';
import type { Sender } from '../contract.ts';
import type { FluxEvent } from '../event.ts';
import { wordsOf } from './git/camel-case.ts';
import { createNewest } from './git/newest.ts';

const PROGRESSING = 'Progressing';
const newest = createNewest();

/** Sets the status of the commit that an event is about, at the git provider of the recipient's type. */
export const sendCommitStatus: Sender = async (deps, delivery) => {
  const { event, recipient, signal, commitStatus: name } = delivery;
  const state = stateOf(event);
  // As with Flux only Gitea is told of what is under way.
  if (state === 'pending' && recipient.type !== 'gitea') return;
  if (!name) throw unusable('commit status cannot be empty');
  const { kind, name: objectName } = event.involvedObject;
  const status = {
    commit: commitOf(event),
    name,
    title: `${kind}/${objectName}`.toLowerCase(),
    state,
    description: wordsOf(event.reason),
    summary: event.metadata?.['summary'],
  };
  const key = `${recipient.uid} ${status.commit} ${name}`;
  if (newest.isOlder(key, event.timestamp)) return;
  await setCommitStatus(deps, { recipient, signal }, status);
  newest.remember(key, event.timestamp);
};

function stateOf({ reason, severity }: FluxEvent): CommitState {
  if (reason === PROGRESSING) return 'pending';
  return severity === 'info' ? 'success' : 'failure';
}

function commitOf(event: FluxEvent): string {
  const revision = revisionOf(event);
  if (revision === undefined) throw unusable('missing revision metadata');
  const commit = commitOfRevision(revision);
  if (commit !== undefined) return commit;
  throw unusable(`failed to extract commit hash from '${revision}' revision`);
}

function unusable(message: string): Error {
  return failed(Reason.NotificationDispatchFailed, message);
}

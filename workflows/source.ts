import type { Attempt, Idle } from '../activities/observe/object.ts';
import type { ObjectRef } from '../api/object-ref.ts';
import type { Reason } from '../api/reasons.ts';
import { settle } from './activities.ts';
import { Outcome } from './outcome.ts';
import type { Pass, PassOutcome, Steps } from './pass.ts';
import { beginAttempt, settleIdle } from './rest.ts';

/** What an observe step of a source says. */
type Observed<Ready> =
  | Idle
  | { readonly state: 'Static' }
  | { readonly state: 'Waiting'; readonly reason: Reason; readonly message: string }
  | ({ readonly state: 'Ready' } & Ready);

interface Timed {
  readonly ms: number;
}

/** What is different about a kind of source. */
export interface SourceSteps<Ready extends Attempt, Fetched extends FetchedArtifact> {
  observe(ref: ObjectRef): Promise<Observed<Ready> & Timed>;
  fetch(observed: Ready): Promise<Fetched & Timed>;
  settle(observed: Ready, fetched: Fetched): Promise<{ readonly message: string } & Timed>;
}

interface FetchedArtifact {
  /** Nothing differs from what the status has. */
  readonly unchanged: boolean;
  readonly artifact: { readonly revision: string };
}

/** The path that all sources walk: observe, fetch, status. */
export function sourceSteps<Ready extends Attempt, Fetched extends FetchedArtifact>(
  kind: SourceSteps<Ready, Fetched>,
): Steps {
  return {
    reconcile: (pass) => reconcile(pass, kind),
    settleFailure: (ref, failure, attempt) => settle.settleSourceFailure({ ref, ...failure, attempt }),
  };
}

async function reconcile<Ready extends Attempt, Fetched extends FetchedArtifact>(
  pass: Pass,
  kind: SourceSteps<Ready, Fetched>,
): Promise<PassOutcome> {
  const { ref } = pass;
  const observed = await pass.step('observe', () => kind.observe(ref));
  switch (observed.state) {
    case 'Gone':
    case 'Suspended':
    case 'Deleting':
      return settleIdle(ref, observed, 'the artifacts are removed');
    case 'Static':
      await settle.settleStatic({ ref });
      return { outcome: Outcome.NothingToDo, message: 'a registry has nothing to fetch' };
    case 'Waiting':
      await settle.settleSourceWaiting({ ref, reason: observed.reason, message: observed.message });
      return { outcome: Outcome.Waiting, message: observed.message };
    case 'Ready': {
      beginAttempt(pass, observed);
      const fetched = await pass.step('fetch', () => kind.fetch(observed));
      const settled = await pass.effect('status', () => kind.settle(observed, fetched));
      const outcome = fetched.unchanged ? Outcome.NothingToDo : Outcome.Succeeded;
      return { outcome, message: settled.message, revision: fetched.artifact.revision };
    }
  }
}

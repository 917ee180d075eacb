import type { Artifact } from '../../api/artifact.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import { stalled } from '../failures.ts';
import type { ReadySource } from '../observe/git-repository.ts';
import { type Attempt, attemptOf, readObject } from '../observe/object.ts';
import { progressing } from '../status/git-repository-status.ts';
import { patchStatus } from '../status/patch.ts';
import type { StepContext } from '../steps.ts';

/** What a fetch brought. */
export interface Fetched {
  /** The spec that was fetched for. */
  readonly attempt: Attempt;
  /** The remote has nothing that the stored artifact lacks. */
  readonly unchanged: boolean;
  readonly artifact: Artifact;
  /** The first line of the commit's message, when a new one was fetched. */
  readonly commitMessage?: string | undefined;
  /** The old revision is no ancestor of the new one. */
  readonly rewritten?: boolean | undefined;
  /** Files that hold a Git LFS pointer instead of their content, the first few. */
  readonly lfsPointers?: readonly string[] | undefined;
}

/** Brings the artifact to what the remote has at the object's ref. */
export async function fetchGitRepository(
  deps: Deps,
  { ref, generation }: ReadySource,
  step: StepContext,
): Promise<Fetched> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.GitRepository });
  if (!object) throw stalled(Reason.GitOperationFailed, 'the object was removed while it was being fetched');
  const observed = object.status?.observedGeneration;
  if (observed !== generation) {
    const message = `processing object: new generation ${observed ?? -1} -> ${generation}`;
    await patchStatus(deps.kube, ref, object.status, progressing(object, message, deps.now()));
  }
  const fetched = await deps.git.fetch(object, { signal: step.signal, heartbeat: step.heartbeat });
  return { ...fetched, attempt: attemptOf(object) };
}

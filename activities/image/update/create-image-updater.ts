import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { findCondition } from '../../../api/conditions.ts';
import type { GitRepository } from '../../../api/git-repository.ts';
import type { ImageRef } from '../../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, stalled, transient } from '../../failures.ts';
import { type FaultPoint, faultPoint } from '../../fault.ts';
import { beating } from '../../fetch/beating.ts';
import { gitFailure } from '../../fetch/git-errors.ts';
import type { GitRemotes, OpenRemote } from '../../fetch/git-remotes.ts';
import { createKeyedLock } from '../../fetch/keyed-lock.ts';
import { resolveWith } from '../../fetch/resolve.ts';
import { UP_TO_DATE } from '../../status/image-update-automation-status.ts';
import { type Branches, branchesOf } from './branches.ts';
import type { Maker } from './made-by.ts';
import { hasObserved } from './policies.ts';
import { type ReadSecret, signingOf } from './signing.ts';
import { type BranchChanges, type UpdateResult, updateBranch } from './update-branch.ts';
import { updatePathOf } from './update-path.ts';

export interface ImageUpdaterOptions {
  readonly remotes: GitRemotes;
  /** The data of a Secret, undefined when there is none. */
  readonly readSecret: ReadSecret;
  /** Holds scratch; belongs to this process alone. */
  readonly dataDir: string;
  /** Throws when the attempt that it is called in must not write any more (`fence.ts`). */
  readonly assertMayWrite: () => void;
  readonly now: () => Date;
  /** {@link faultPoint} by default. */
  readonly passed?: (point: FaultPoint) => void;
}

export interface UpdateRequest {
  readonly automation: ImageUpdateAutomation;
  readonly source: GitRepository;
  /** What the policies chose, by `namespace:name`. */
  readonly images: ReadonlyMap<string, ImageRef>;
  /** The same in every attempt at the same: a lost one's commit is known by it. */
  readonly reconcileId: string;
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: Readonly<Record<string, unknown>>) => void;
  /** Told what a push branch of its own changes, each time it is as it should be: for a pull request. */
  readonly onChanges?: (changes: BranchChanges) => void;
  /** Told whose commits are about to be taken off the push branch, so that they are asked to make them again. */
  readonly onDropped?: (others: readonly Maker[]) => Promise<void>;
}

/** Commits what policies chose to the repositories that want it. */
export interface ImageUpdater {
  /**
   * Brings the push branch to what the policies chose, by at most one commit, whoever tries and how often. Throws
   * GitOperationFailed, UpdateFailed or SourceManagerFailed, and a stalled InvalidSourceConfiguration.
   */
  update(request: UpdateRequest): Promise<UpdateResult>;
}

const MOST_RACES = 6;
const WAIT_MS = 50;

export function createImageUpdater(options: ImageUpdaterOptions): ImageUpdater {
  const withLock = createKeyedLock();
  return {
    async update(request) {
      const { automation, source, signal } = request;
      using _beat = beating(request.heartbeat, { updating: source.spec.url });
      const { git } = automation.spec;
      if (git === undefined) throw noGit();
      const branches = branchesOf(git, source);
      const path = updatePathOf(automation.spec.update?.path);
      const scratch = join(options.dataDir, 'tmp');
      const sign = await signingOf(automation, options.readSecret, { scratch, signal });
      const remote = await options.remotes.open(source, signal).catch((error: unknown) => {
        throw inStage(error, Reason.SourceManagerFailed, 'failed configuring source manager');
      });
      using _session = remote.session;
      // Of one worker: others see by the compare-and-swap that they came second.
      return await withLock(`${remote.session.url.href} ${branches.pushRef}`, signal, () =>
        untilLanded({ ...options, ...request, branches, path, sign, remote }),
      );
    },
  };
}

interface Plan extends ImageUpdaterOptions, UpdateRequest {
  readonly branches: Branches;
  readonly path: string;
  readonly sign: (commit: Buffer) => Promise<Buffer>;
  readonly remote: OpenRemote;
}

/** Looks, edits and pushes until nobody else pushed in between. */
async function untilLanded(plan: Plan): Promise<UpdateResult> {
  const { branches, remote, signal } = plan;
  for (let race = 1; race <= MOST_RACES; race += 1) {
    const result = await attempt(plan);
    if (result !== 'raced') return result;
    await sleep(WAIT_MS + Math.random() * WAIT_MS * race, undefined, { signal });
  }
  throw transient(
    Reason.GitOperationFailed,
    `failed to update source: branch '${branches.push}' of '${remote.session.url.href}' moved, or lost the commit that was checked out, before each of ${MOST_RACES} pushes; it is tried again`,
  );
}

async function attempt(plan: Plan): Promise<UpdateResult | 'raced'> {
  const { branches, remote, automation, images } = plan;
  const { session, credentials } = remote;
  try {
    const { refspec } = branches;
    const others = [branches.pushRef, ...(refspec ? [refspec.to] : [])];
    const { resolved, heads } = await resolveWith(session, branches.checkout, others);
    const isObserved = automation.status?.observedSourceRevision === resolved.revision;
    const isQuiet = isObserved && !hasProblems(automation) && hasObserved(automation, images);
    if (!branches.switched && !refspec && isQuiet) {
      return nothingNew(branches, resolved.revision);
    }
    const request = { resolved, fingerprint: credentials.fingerprint };
    return await remoteWork(plan, request, heads);
  } catch (error) {
    const failure = gitFailure(error, 'unable to clone', session.url);
    const field = automation.spec.git?.checkout ? 'spec.git.checkout.ref' : undefined;
    throw inStage(failure, Reason.GitOperationFailed, 'failed to checkout source', field);
  }
}

async function remoteWork(
  plan: Plan,
  request: Parameters<GitRemotes['mirrors']['use']>[1],
  heads: ReadonlyMap<string, string>,
): Promise<UpdateResult | 'raced'> {
  const { remotes, remote, passed = faultPoint } = plan;
  const { onChanges = () => undefined, onDropped = async () => undefined } = plan;
  return await remotes.mirrors.use(remote.session, request, async ({ repository, resolved }) => {
    const isWhole = resolved.pinned && resolved.ref !== undefined;
    const tree = { session: remote.session, repository, commit: resolved.commit, isWhole };
    return await updateBranch({ ...plan, tree, resolved, heads, passed, onChanges, onDropped });
  });
}

/** What is told of single files must be found again, or it would be taken back. */
function hasProblems({ status }: ImageUpdateAutomation): boolean {
  return (findCondition(status?.conditions, 'Ready')?.message ?? UP_TO_DATE) !== UP_TO_DATE;
}

function nothingNew({ push, switched }: Branches, revision: string): UpdateResult {
  return { revision, switched, branch: push, files: 0, changes: 0, problems: [], upToDate: true };
}

const OURS: ReadonlySet<string> = new Set([
  Reason.GitOperationFailed,
  Reason.UpdateFailed,
  Reason.SourceManagerFailed,
  Reason.InvalidSourceConfiguration,
  Reason.RemovedTemplateField,
]);
const STAGED =
  /^(failed to (apply policies|update source|checkout source)|failed configuring|invalid source|template uses)/;

/** A failure of fetching in the words of an ImageUpdateAutomation, whose reasons are fewer. What is no failure passes. */
function inStage(error: unknown, reason: Reason, stage: string, refField = 'spec.ref'): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  if (OURS.has(error.type ?? '') && STAGED.test(error.message)) return error;
  const words = error.message
    .replace(/^failed to checkout and determine revision: /, '')
    .replace(/; check spec\.ref$/, `; check ${refField}`);
  return (error.nonRetryable ? failed : transient)(reason, `${stage}: ${words}`);
}

function noGit(): Error {
  return stalled(
    Reason.InvalidSourceConfiguration,
    "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration",
  );
}

import { latestMatching, parseConstraint } from '../../api/formats/semver.ts';
import type { GitRepositorySpec } from '../../api/git-repository.ts';
import { DEFAULT_BRANCH } from '../../api/git-repository.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { git } from './git.ts';
import { gitFailure } from './git-errors.ts';
import type { GitSession } from './git-session.ts';
import { checkCommit, checkFullRefName, checkRefName } from './git-url.ts';

type GitRef = NonNullable<GitRepositorySpec['ref']>;

/** What `spec.ref` stands for at the remote right now. */
export interface ResolvedRef {
  /** Full commit id, of an annotated tag the commit it points to. */
  readonly commit: string;
  /** `main@sha1:<commit>`, `v1.0.0@sha1:…`, `refs/pull/1/head@sha1:…` or, for a commit without a branch, `sha1:…`. */
  readonly revision: string;
  /** The full ref that leads to the commit; undefined when `spec.ref.commit` names it without a branch. */
  readonly ref: string | undefined;
  /** `spec.ref.commit` named it: nobody has asked the remote yet, and with a ref it must lie on that branch. */
  readonly pinned: boolean;
}

/** What is asked for, before anybody asked the remote. */
type Wanted =
  | { readonly kind: 'commit'; readonly commit: string; readonly branch: string | undefined }
  | { readonly kind: 'ref'; readonly ref: string; readonly label: string }
  | { readonly kind: 'semver'; readonly range: string };

// A million refs with names of usual length; they pass through, only the chosen one stays.
const MOST_REFS_OUTPUT = 96 * 1024 * 1024;
const TAGS = 'refs/tags/';
const PEELED = '^{}';

/**
 * Resolves `spec.ref` with Flux's precedence: commit, name, semver, tag, branch (`master` when nothing is set).
 * Semver takes the highest tag of the range; of tags that differ only in build metadata the one that sorts last,
 * since their times would cost a download. Throws EmptyGitRepository, GitOperationFailed or AuthenticationFailed.
 */
export async function resolveRef(session: GitSession, ref: GitRef | undefined): Promise<ResolvedRef> {
  const wanted = wantedOf(ref ?? {});
  if (wanted.kind === 'commit') return pinned(wanted.commit, wanted.branch);
  return await resolveAmong(session, wanted, await listRefs(session, patternsOf(wanted)));
}

/** A ref that is resolved, and where other refs point at the same moment; one that does not exist is left out. */
export interface ResolvedRefs {
  readonly resolved: ResolvedRef;
  readonly heads: ReadonlyMap<string, string>;
}

/** Like {@link resolveRef}, with one question to the remote for other full refs along with it. */
export async function resolveWith(
  session: GitSession,
  ref: GitRef | undefined,
  others: readonly string[],
): Promise<ResolvedRefs> {
  const wanted = wantedOf(ref ?? {});
  const heads = await listRefs(session, [...patternsOf(wanted), ...others]);
  const resolved =
    wanted.kind === 'commit'
      ? pinned(wanted.commit, wanted.branch)
      : await resolveAmong(session, wanted, heads);
  return { resolved, heads };
}

function patternsOf(wanted: Wanted): readonly string[] {
  if (wanted.kind === 'commit') return [];
  return wanted.kind === 'semver' ? [`${TAGS}*`] : [wanted.ref, `${wanted.ref}${PEELED}`];
}

async function resolveAmong(
  session: GitSession,
  wanted: Exclude<Wanted, { kind: 'commit' }>,
  refs: ReadonlyMap<string, string>,
): Promise<ResolvedRef> {
  if (wanted.kind === 'semver') return await resolveSemver(session, wanted.range, refs);
  const commit = refs.get(`${wanted.ref}${PEELED}`) ?? refs.get(wanted.ref);
  if (commit !== undefined) return resolved(commit, wanted.ref, wanted.label);
  throw await missing(session, `couldn't find remote ref "${wanted.ref}"`);
}

/** Checks the names in `spec.ref` and tells which of them counts. Starts no process. */
export function wantedOf({ commit, name, semver, tag, branch }: GitRef): Wanted {
  if (commit) {
    if (branch) checkRefName('spec.ref.branch', branch);
    return { kind: 'commit', commit: checkCommit(commit), branch: branch || undefined };
  }
  if (name) return { kind: 'ref', ref: checkFullRefName(name), label: name };
  if (semver) return { kind: 'semver', range: semver };
  if (tag) return { kind: 'ref', ref: `refs/tags/${checkRefName('spec.ref.tag', tag)}`, label: tag };
  const label = branch || DEFAULT_BRANCH;
  return { kind: 'ref', ref: `refs/heads/${checkRefName('spec.ref.branch', label)}`, label };
}

/** The commit id of a revision, undefined when it is none of ours. */
export function commitOf(revision: string | undefined): string | undefined {
  return /(?:^|@)sha(?:1|256):([0-9a-f]+)$/.exec(revision ?? '')?.[1];
}

/** The revision of a ref that turned out to be at another commit than it was when it was resolved. */
export function movedTo(previous: ResolvedRef, commit: string): ResolvedRef {
  return {
    ...previous,
    commit,
    revision: previous.revision.replace(/sha(1|256):[0-9a-f]+$/, digestOf(commit)),
  };
}

async function resolveSemver(
  session: GitSession,
  range: string,
  refs: ReadonlyMap<string, string>,
): Promise<ResolvedRef> {
  const constraint = parseConstraint(range);
  if (!constraint) {
    const message = `semver parse error: spec.ref.semver ${JSON.stringify(range)} is no version range; correct it`;
    throw failed(Reason.GitOperationFailed, message);
  }
  const tags = [...refs.keys()].filter((ref) => ref.startsWith(TAGS) && !ref.endsWith(PEELED));
  const tag = latestMatching(
    tags.map((ref) => ref.slice(TAGS.length)),
    constraint,
  );
  if (tag === undefined) throw await missing(session, `no match found for semver: ${range}`);
  checkRefName('the tag', tag);
  const ref = `${TAGS}${tag}`;
  return resolved(refs.get(`${ref}${PEELED}`) ?? refs.get(ref) ?? '', ref, tag);
}

async function listRefs(
  session: GitSession,
  patterns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const output = await git(session, ['ls-remote', '--', session.url.href, ...patterns], {
      maxOutput: MOST_REFS_OUTPUT,
    });
    return new Map(
      output
        .split('\n')
        .map((line) => line.split('\t'))
        .filter(
          (fields): fields is [string, string] =>
            fields.length === 2 && /^[0-9a-f]{40,64}$/.test(fields[0] ?? ''),
        )
        .map(([commit, name]) => [name, commit]),
    );
  } catch (error) {
    throw gitFailure(error, 'unable to list remote for', session.url);
  }
}

async function missing(session: GitSession, problem: string): Promise<Error> {
  const all = await listRefs(session, []);
  if (all.size === 0) {
    const message = `git repository is empty: push a first commit to '${session.url.href}'`;
    return failed(Reason.EmptyGitRepository, message);
  }
  const message = `failed to checkout and determine revision: unable to clone '${session.url.href}': ${problem}; check spec.ref`;
  return failed(Reason.GitOperationFailed, message);
}

function pinned(commit: string, branch: string | undefined): ResolvedRef {
  const revision = branch === undefined ? digestOf(commit) : `${branch}@${digestOf(commit)}`;
  return { commit, revision, ref: branch === undefined ? undefined : `refs/heads/${branch}`, pinned: true };
}

function resolved(commit: string, ref: string, label: string): ResolvedRef {
  return { commit, revision: `${label}@${digestOf(commit)}`, ref, pinned: false };
}

function digestOf(commit: string): string {
  return `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
}

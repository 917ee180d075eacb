import type { Artifact } from '../../api/artifact.ts';
import type { GitRepository } from '../../api/git-repository.ts';

export interface GitCheck {
  readonly revision: string;
  readonly changed: boolean;
}

export interface GitFetchResult {
  /** The artifact in the status is still the one; nothing was fetched. */
  readonly unchanged: boolean;
  readonly artifact: Artifact;
  /** The first line of the commit's message; undefined when nothing was fetched. */
  readonly commitMessage?: string;
  /** The branch was force-pushed: the revision before is no ancestor. Absent when that is not known. */
  readonly rewritten?: boolean;
  /** Files of the artifact that hold a Git LFS pointer instead of their content (the first few). */
  readonly lfsPointers?: readonly string[];
}

export interface GitFetcher {
  /** Asks the remote for the revision of `spec.ref`, and whether a fetch is due. Downloads nothing. */
  check(repository: GitRepository, signal: AbortSignal): Promise<GitCheck>;
  /** Fetches the revision of `spec.ref` and stores its artifact. */
  fetch(repository: GitRepository, options: GitFetchOptions): Promise<GitFetchResult>;
}

export interface GitFetchOptions {
  readonly signal: AbortSignal;
  readonly heartbeat: (detail: Readonly<Record<string, unknown>>) => void;
}

import type { GitHost } from '../providers/git/git-host.ts';

/** What became of a commit; `cancelled` when a newer one came before all had tried it. */
export type CommitState = 'pending' | 'success' | 'failure' | 'cancelled';

/** A mark on a commit at a git provider. */
export interface CommitStatus {
  /** 40 hex digits. */
  readonly commit: string;
  /** Tells the statuses of a commit apart. */
  readonly name: string;
  /** What it is about, such as `kustomization/apps`. */
  readonly title: string;
  readonly state: CommitState;
  /** One line. */
  readonly description: string;
  /** The summary of an Alert, where the provider has a place for it. */
  readonly summary?: string | undefined;
}

/**
 * Sees to it that a commit has a status: looks at the one it has, and sets it when that is another. Throws a
 * ProviderError or an HttpError.
 */
export type SetCommitStatus = (host: GitHost, status: CommitStatus) => Promise<void>;

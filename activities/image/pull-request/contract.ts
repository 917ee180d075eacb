import type { GitProvider } from '../../git-host/git-provider.ts';

/** The branch that is to be merged, and the one it is to be merged into. */
export interface Branches {
  readonly head: string;
  readonly base: string;
}

export interface PullRequestText {
  /** One line, not empty. */
  readonly title: string;
  readonly body: string;
}

/** An open pull request as its provider has it. */
export interface OpenPullRequest extends PullRequestText {
  /** The number that people know it by. */
  readonly number: number;
  /** Its page. */
  readonly url: string;
}

/** What one provider's REST API does for one repository. Throws a {@link ProviderError} or an HttpError. */
export interface PullRequestApi {
  /** The open one between two branches of the repository itself. */
  find(branches: Branches): Promise<OpenPullRequest | undefined>;
  open(branches: Branches, text: PullRequestText): Promise<OpenPullRequest>;
  edit(number: number, text: PullRequestText): Promise<void>;
  /** What a refusal to open one means, where it means more than its status. */
  refusalOf(status: number, said: string): Refusal | undefined;
}

/** There is an open one already, or nothing to merge. */
export type Refusal = 'exists' | 'merged';

export interface PullRequestRequest extends Branches {
  /** `namespace/name` of the automation: the pull request is known by it. */
  readonly automation: string;
  readonly provider: GitProvider;
  /** `spec.url` of the GitRepository. */
  readonly repositoryUrl: string;
  /** Holds `token`, or the keys of a GitHub App; maybe `address` and `ca.crt`. */
  readonly secret: { readonly namespace: string; readonly name: string };
  readonly title: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface EnsuredPullRequest {
  readonly number: number;
  readonly url: string;
  readonly state: 'opened' | 'updated' | 'unchanged';
}

/** Pull requests at git providers. */
export interface PullRequests {
  /**
   * Sees to it that the branches have one open pull request with this title and body; undefined when there is nothing
   * to merge. Throws PullRequestFailed.
   */
  ensure(request: PullRequestRequest): Promise<EnsuredPullRequest | undefined>;
}

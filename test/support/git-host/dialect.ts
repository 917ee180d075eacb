/** A pull request in the memory of a made-up provider. */
export interface StoredPull {
  readonly number: number;
  title: string;
  body: string;
  readonly head: string;
  readonly base: string;
  state: 'open' | 'closed' | 'merged';
  /** Its head is the branch of a fork. */
  readonly fromFork?: boolean;
}

/** A status of a commit in the memory of a made-up provider. */
export interface StoredStatus {
  readonly commit: string;
  /** The context, name or key that tells it from others. */
  readonly name: string;
  readonly state: string;
  readonly description: string;
  /** All that was sent. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface StoredComment {
  readonly id: number;
  readonly pull: number;
  readonly author: string;
  body: string;
  /** The app that wrote it. */
  readonly app?: number;
}

export interface HostState {
  /** Of the one repository that is there. */
  readonly repository: string;
  readonly pulls: StoredPull[];
  /** Heads that have nothing the base lacks. */
  readonly merged: Set<string>;
  /** Lines that were taken for commands. */
  readonly commands: string[];
  /** The oldest first. */
  readonly statuses: StoredStatus[];
  readonly comments: StoredComment[];
  /** What workflows of the repository were started with. */
  readonly dispatches: unknown[];
  /** Who asks. */
  user: { readonly login: string; readonly app?: number };
  /** Of the server itself. */
  url: string;
}

export interface HostRequest {
  readonly method: string;
  /** Below the base path of the API. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface HostAnswer {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How one provider's REST API reads and writes. */
export interface Dialect {
  /** Of the API, below the server. */
  readonly basePath: string;
  /** What goes before the token in the Authorization header. */
  readonly scheme: string;
  readonly unauthorized: unknown;
  readonly forbidden: unknown;
  readonly notFound: unknown;
  /** Of the repository below the server, where it is not its path with `.git`. */
  readonly address?: (repository: string) => string;
  answer(state: HostState, request: HostRequest): HostAnswer | undefined;
}

/** An open one between the same branches of the repository itself. */
export function openTwin(state: HostState, head: string, base: string): StoredPull | undefined {
  return state.pulls.find(
    (pull) => pull.state === 'open' && pull.head === head && pull.base === base && !pull.fromFork,
  );
}

export function store(state: HostState, pull: Omit<StoredPull, 'number' | 'state'>): StoredPull {
  const stored: StoredPull = { ...pull, number: state.pulls.length + 1, state: 'open' };
  state.pulls.push(stored);
  return stored;
}

/** Takes a new title or body where one is given. */
export function change(pull: StoredPull, { title, body }: { title?: unknown; body?: unknown }): StoredPull {
  if (typeof title === 'string') pull.title = title;
  if (typeof body === 'string') pull.body = body;
  return pull;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

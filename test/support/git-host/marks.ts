import { type HostAnswer, type HostState, type StoredComment, type StoredStatus, text } from './dialect.ts';

type Content = Readonly<Record<string, unknown>>;

/** What is left of a path below a folder; undefined for another path. */
export function below(path: string, folder: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

export function addStatus(state: HostState, commit: string, name: unknown, content: Content): StoredStatus {
  const { state: word, description } = content;
  const status = { commit, name: text(name), state: text(word), description: text(description), content };
  state.statuses.push(status);
  return status;
}

/** Of a commit, the newest first. */
export function statusesOf({ statuses }: HostState, commit: string): readonly StoredStatus[] {
  return statuses.filter((status) => status.commit === commit).reverse();
}

/** Comments of a pull request by the paths that GitHub and Gitea share. */
export function issueComments(
  state: HostState,
  {
    method,
    path,
    query,
    content,
  }: { method: string; path: string; query: URLSearchParams; content: Content },
): HostAnswer | undefined {
  if (method === 'GET' && path === '/user') return { status: 200, json: { id: 7, login: state.user.login } };
  const rest = below(path, `/repos/${state.repository}/issues`);
  const [, edited] = /^comments\/(\d+)$/.exec(rest ?? '') ?? [];
  if (edited !== undefined && method === 'PATCH') return editComment(state, Number(edited), content);
  const [, pull] = /^(\d+)\/comments$/.exec(rest ?? '') ?? [];
  if (pull === undefined) return undefined;
  if (method === 'POST')
    return { status: 201, json: shown(addComment(state, Number(pull), text(content['body']))) };
  const found = state.comments.filter((one) => one.pull === Number(pull));
  return { status: 200, json: page(found, query).map(shown) };
}

export function addComment(state: HostState, pull: number, body: string): StoredComment {
  const { login: author, app } = state.user;
  const comment = { id: state.comments.length + 1, pull, author, body, ...(app !== undefined && { app }) };
  state.comments.push(comment);
  return comment;
}

function editComment(state: HostState, id: number, content: Content): HostAnswer | undefined {
  const comment = state.comments.find((one) => one.id === id);
  if (!comment) return undefined;
  comment.body = text(content['body']);
  return { status: 200, json: shown(comment) };
}

export function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? all.length);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(start, start + size);
}

function shown({ id, body, author, app }: StoredComment) {
  const via = app === undefined ? null : { id: app, slug: 'pawl' };
  return { id, body, user: { id: 7, login: author }, performed_via_github_app: via };
}

import { change, type Dialect, type HostState, openTwin, type StoredPull, store, text } from './dialect.ts';
import { gitlabMarks } from './gitlab-marks.ts';

export const gitlab: Dialect = {
  basePath: '/api/v4',
  scheme: 'Bearer',
  unauthorized: { message: '401 Unauthorized' },
  forbidden: {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: 'api',
  },
  notFound: { message: '404 Project Not Found' },

  answer(state, request) {
    const { method, path, query, content } = request;
    const marked = gitlabMarks(state, request);
    if (marked) return marked;
    const requests = `/projects/${encodeURIComponent(state.repository)}/merge_requests`;
    if (method === 'GET' && path === requests) {
      const wanted = query.get('state') ?? 'all';
      const found = state.pulls.filter(
        (pull) =>
          (wanted === 'all' || stateOf(pull) === wanted) &&
          (!query.has('source_branch') || query.get('source_branch') === pull.head) &&
          (!query.has('target_branch') || query.get('target_branch') === pull.base),
      );
      return { status: 200, json: found.map((pull) => shown(state, pull)) };
    }
    if (method === 'POST' && path === requests) return create(state, content);
    const number = Number(path.slice(requests.length + 1));
    const pull = path.startsWith(`${requests}/`) && state.pulls.find((one) => one.number === number);
    if (method !== 'PUT' || !pull) return undefined;
    const body =
      content['description'] === undefined ? undefined : obeyed(state, text(content['description']));
    return { status: 200, json: shown(state, change(pull, { title: content['title'], body })) };
  },
};

function create(state: HostState, content: Readonly<Record<string, unknown>>) {
  const [head, base] = [text(content['source_branch']), text(content['target_branch'])];
  const twin = openTwin(state, head, base);
  if (twin) {
    const message = [`Another open merge request already exists for this source branch: !${twin.number}`];
    return { status: 409, json: { message } };
  }
  const body = obeyed(state, text(content['description']));
  const pull = store(state, { head, base, title: text(content['title']), body });
  return { status: 201, json: shown(state, pull) };
}

/** Takes commands out of a description, as GitLab does. */
function obeyed(state: HostState, description: string): string {
  const lines = description.split('\n');
  state.commands.push(...lines.filter((line) => /^\s*\/[a-z]/.test(line)));
  return lines.filter((line) => !/^\s*\/[a-z]/.test(line)).join('\n');
}

function stateOf({ state }: StoredPull): string {
  return state === 'open' ? 'opened' : state;
}

function shown(state: HostState, pull: StoredPull) {
  const { number, title, body, head, base } = pull;
  const draft = /^(draft:|\[draft\]|\(draft\))/i.test(title);
  return {
    id: 84_000 + number,
    iid: number,
    project_id: 15_513,
    title,
    description: body,
    state: stateOf(pull),
    created_at: '2026-01-01T00:00:00.000Z',
    merged_at: null,
    target_branch: base,
    source_branch: head,
    upvotes: 0,
    author: { id: 1, username: 'project_15513_bot', state: 'active' },
    assignees: [],
    source_project_id: pull.fromFork ? 99_999 : 15_513,
    target_project_id: 15_513,
    labels: [],
    draft,
    work_in_progress: draft,
    merge_status: 'can_be_merged',
    sha: '8888888888888888888888888888888888888888',
    web_url: `${state.url}/${state.repository}/-/merge_requests/${number}`,
  };
}

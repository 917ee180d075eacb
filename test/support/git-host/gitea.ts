import { change, type Dialect, type HostState, openTwin, type StoredPull, store, text } from './dialect.ts';
import { giteaMarks } from './gitea-marks.ts';

const LARGEST_PAGE = 50;

/** Forgejo answers the same. */
export const gitea: Dialect = {
  basePath: '/api/v1',
  scheme: 'token',
  unauthorized: { message: 'invalid username, password or token', url: '/api/swagger' },
  forbidden: {
    message: 'token does not have at least one of required scope(s): [write:repository]',
    url: '/api/swagger',
  },
  notFound: { message: "The target couldn't be found.", url: '/api/swagger', errors: null },

  answer(state, request) {
    const { method, path, query, content } = request;
    const marked = giteaMarks(state, request);
    if (marked) return marked;
    const pulls = `/repos/${state.repository}/pulls`;
    if (method === 'GET' && path === pulls) return list(state, query);
    if (method === 'POST' && path === pulls) return create(state, content);
    const number = Number(path.slice(pulls.length + 1));
    const pull = path.startsWith(`${pulls}/`) && state.pulls.find((one) => one.number === number);
    if (method !== 'PATCH' || !pull) return undefined;
    return { status: 201, json: shown(state, change(pull, content)) };
  },
};

function list(state: HostState, query: URLSearchParams) {
  const all = query.get('state') === 'all';
  const found = state.pulls.filter((pull) => all || pull.state === 'open').reverse();
  const limit = Math.min(Number(query.get('limit') ?? 30), LARGEST_PAGE);
  const start = (Number(query.get('page') ?? 1) - 1) * limit;
  return {
    status: 200,
    json: found.slice(start, start + limit).map((pull) => shown(state, pull)),
    headers: { 'X-Total-Count': `${found.length}` },
  };
}

function create(state: HostState, content: Readonly<Record<string, unknown>>) {
  const [head, base] = [text(content['head']), text(content['base'])];
  const url = `${state.url}/api/swagger`;
  const twin = openTwin(state, head, base);
  if (twin) {
    const message = `pull request already exists for these targets [id: ${twin.number}, issue_id: ${twin.number}, head_repo_id: 1, base_repo_id: 1, head_branch: ${head}, base_branch: ${base}]`;
    return { status: 409, json: { message, url } };
  }
  if (state.merged.has(head)) {
    const message = 'Invalid PullRequest: There are no changes between the head and the base';
    return { status: 422, json: { message, url } };
  }
  const pull = store(state, { head, base, title: text(content['title']), body: text(content['body']) });
  return { status: 201, json: shown(state, pull) };
}

function shown(state: HostState, { number, title, body, head, base, ...pull }: StoredPull) {
  const side = (ref: string, repo_id: number) => ({
    label: ref,
    ref,
    sha: '0e5d6a4f0d7f4e0a3a2c5e6f7a8b9c0d1e2f3a4b',
    repo_id,
    repo: { id: repo_id, full_name: state.repository },
  });
  return {
    id: number,
    url: `${state.url}/api/v1/repos/${state.repository}/pulls/${number}`,
    number,
    user: { id: 3, login: 'pawl' },
    title,
    body,
    labels: [],
    state: pull.state === 'open' ? 'open' : 'closed',
    draft: /^(wip:|\[wip\])/i.test(title),
    comments: 0,
    html_url: `${state.url}/${state.repository}/pulls/${number}`,
    mergeable: true,
    merged: pull.state === 'merged',
    base: side(base, 1),
    head: side(head, pull.fromFork ? 2 : 1),
  };
}

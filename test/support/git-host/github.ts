import { change, type Dialect, type HostState, openTwin, type StoredPull, store, text } from './dialect.ts';
import { githubMarks } from './github-marks.ts';

const DOCS = 'https://docs.github.com/rest/pulls/pulls';

export const github: Dialect = {
  basePath: '/api/v3',
  scheme: 'Bearer',
  unauthorized: {
    message: 'Bad credentials',
    documentation_url: 'https://docs.github.com/rest',
    status: '401',
  },
  forbidden: {
    message: 'Resource not accessible by personal access token',
    documentation_url: `${DOCS}#create-a-pull-request`,
    status: '403',
  },
  notFound: { message: 'Not Found', documentation_url: DOCS, status: '404' },

  answer(state, request) {
    const { method, path, query, content } = request;
    const marked = githubMarks(state, request);
    if (marked) return marked;
    const pulls = `/repos/${state.repository}/pulls`;
    if (method === 'GET' && path === pulls) {
      const [owner] = state.repository.split('/');
      const found = state.pulls.filter(
        (pull) =>
          (query.get('state') === 'all' || pull.state === (query.get('state') ?? 'open')) &&
          (!query.has('head') || query.get('head') === `${owner}:${pull.head}`) &&
          (!query.has('base') || query.get('base') === pull.base),
      );
      return { status: 200, json: found.map((pull) => shown(state, pull)) };
    }
    if (method === 'POST' && path === pulls) return create(state, content);
    const number = Number(path.slice(pulls.length + 1));
    const pull = path.startsWith(`${pulls}/`) && state.pulls.find((one) => one.number === number);
    if (method !== 'PATCH' || !pull) return undefined;
    return { status: 200, json: shown(state, change(pull, content)) };
  },
};

function create(state: HostState, content: Readonly<Record<string, unknown>>) {
  const [head, base] = [text(content['head']), text(content['base'])];
  const [owner] = state.repository.split('/');
  if (state.merged.has(head)) return invalid(`No commits between ${base} and ${head}`);
  if (openTwin(state, head, base)) return invalid(`A pull request already exists for ${owner}:${head}.`);
  const pull = store(state, { head, base, title: text(content['title']), body: text(content['body']) });
  return { status: 201, json: shown(state, pull) };
}

function invalid(message: string) {
  const errors = [{ resource: 'PullRequest', code: 'custom', message }];
  const documentation_url = `${DOCS}#create-a-pull-request`;
  return { status: 422, json: { message: 'Validation Failed', errors, documentation_url, status: '422' } };
}

function shown(state: HostState, { number, title, body, head, base, ...pull }: StoredPull) {
  const [owner = '', name = ''] = state.repository.split('/');
  const side = (ref: string, id: number) => ({
    label: `${owner}:${ref}`,
    ref,
    sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
    user: { login: owner, id: 1, type: 'Organization' },
    repo: { id, name: id === 1 ? name : `${name}-fork`, private: true, fork: id !== 1 },
  });
  return {
    url: `${state.url}/api/v3/repos/${state.repository}/pulls/${number}`,
    id: 1000 + number,
    node_id: `PR_${number}`,
    html_url: `${state.url}/${state.repository}/pull/${number}`,
    number,
    state: pull.state === 'open' ? 'open' : 'closed',
    locked: false,
    title,
    user: { login: 'pawl[bot]', id: 7, type: 'Bot' },
    // An empty one is none.
    body: body === '' ? null : body,
    labels: [],
    draft: false,
    merged_at: pull.state === 'merged' ? '2026-01-01T00:00:00Z' : null,
    // Its owner may also have a fork of it, under another name.
    head: side(head, pull.fromFork ? 2 : 1),
    base: side(base, 1),
    author_association: 'CONTRIBUTOR',
  };
}

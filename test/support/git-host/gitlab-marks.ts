import { type HostAnswer, type HostRequest, type HostState, type StoredStatus, text } from './dialect.ts';
import { addComment, addStatus, below, page, statusesOf } from './marks.ts';

/** Statuses of commits and notes of merge requests at GitLab. */
export function gitlabMarks(state: HostState, request: HostRequest): HostAnswer | undefined {
  const { method, path, content } = request;
  const project = `/projects/${encodeURIComponent(state.repository)}`;
  if (method === 'GET' && path === '/user')
    return { status: 200, json: { id: 7, username: state.user.login } };
  const posted = method === 'POST' ? below(path, `${project}/statuses`) : undefined;
  if (posted !== undefined) return post(state, posted, content);
  const [, listed] = /^repository\/commits\/(\w+)\/statuses$/.exec(below(path, project) ?? '') ?? [];
  if (method === 'GET' && listed !== undefined) {
    const wanted = request.query.get('name');
    const found = statusesOf(state, listed).filter(({ name }) => wanted === null || name === wanted);
    // Of each name the newest.
    return { status: 200, json: found.slice(0, 1).map(shown) };
  }
  return notes(state, request, below(path, `${project}/merge_requests`) ?? '');
}

function post(state: HostState, commit: string, content: HostRequest['content']): HostAnswer {
  const last = statusesOf(state, commit).find(({ name }) => name === content['name']);
  if (content['state'] === 'pending' && last?.state === 'pending') {
    const message =
      'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")';
    return { status: 400, json: { message } };
  }
  return { status: 201, json: shown(addStatus(state, commit, content['name'], content)) };
}

function shown({ commit, name, state, description }: StoredStatus) {
  return { id: 1, sha: commit, ref: 'main', status: state, name, description, target_url: null };
}

function notes(
  state: HostState,
  { method, query, content }: HostRequest,
  path: string,
): HostAnswer | undefined {
  const [, pull, note] = /^(\d+)\/notes(?:\/(\d+))?$/.exec(path) ?? [];
  if (pull === undefined) return undefined;
  const show = ({ id, body, author }: { id: number; body: string; author: string }) => {
    return { id, body, author: { id: 7, username: author }, system: false };
  };
  if (method === 'POST') {
    return { status: 201, json: show(addComment(state, Number(pull), obeyed(state, content))) };
  }
  if (note === undefined) {
    const found = state.comments.filter((one) => one.pull === Number(pull));
    return { status: 200, json: page(found, query).map(show) };
  }
  const comment = state.comments.find(({ id }) => id === Number(note));
  if (method !== 'PUT' || !comment) return undefined;
  comment.body = obeyed(state, content);
  return { status: 200, json: show(comment) };
}

/** Takes commands out of a note, as GitLab does. */
function obeyed(state: HostState, content: HostRequest['content']): string {
  const lines = text(content['body']).split('\n');
  state.commands.push(...lines.filter((line) => /^\s*\/[a-z]/.test(line)));
  return lines.filter((line) => !/^\s*\/[a-z]/.test(line)).join('\n');
}

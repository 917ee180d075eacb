import type { HostAnswer, HostRequest, HostState } from './dialect.ts';
import { addStatus, below, issueComments, page, statusesOf } from './marks.ts';

/** Statuses, comments and dispatches of GitHub. */
export function githubMarks(state: HostState, request: HostRequest): HostAnswer | undefined {
  const { method, path, query, content } = request;
  const repository = `/repos/${state.repository}`;
  if (method === 'POST' && path === `${repository}/dispatches`) {
    state.dispatches.push(content);
    return { status: 204, json: undefined };
  }
  const posted = method === 'POST' ? below(path, `${repository}/statuses`) : undefined;
  if (posted !== undefined) {
    if (String(content['description']).length > 140) {
      const errors = [{ code: 'custom', message: 'description is too long (maximum is 140 characters)' }];
      return { status: 422, json: { message: 'Validation Failed', errors } };
    }
    return { status: 201, json: shown(addStatus(state, posted, content['context'], content)) };
  }
  const [, listed] = /^commits\/(\w+)\/statuses$/.exec(below(path, repository) ?? '') ?? [];
  if (method === 'GET' && listed !== undefined) {
    return { status: 200, json: page(statusesOf(state, listed), query).map(shown) };
  }
  return issueComments(state, request);
}

function shown({ name, state, description }: { name: string; state: string; description: string }) {
  return {
    id: 1,
    context: name,
    state,
    description: description === '' ? null : description,
    target_url: null,
  };
}

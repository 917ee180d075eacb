import type { HostAnswer, HostRequest, HostState } from './dialect.ts';
import { addStatus, below, issueComments, statusesOf } from './marks.ts';

/** Statuses and comments of Gitea. */
export function giteaMarks(state: HostState, request: HostRequest): HostAnswer | undefined {
  const { method, path, query, content } = request;
  const repository = `/repos/${state.repository}`;
  const posted = method === 'POST' ? below(path, `${repository}/statuses`) : undefined;
  if (posted !== undefined) {
    return { status: 201, json: shown(addStatus(state, posted, content['context'], content)) };
  }
  const [, listed] = /^commits\/(\w+)\/statuses$/.exec(below(path, repository) ?? '') ?? [];
  if (method === 'GET' && listed !== undefined) {
    const limit = Math.min(Number(query.get('limit') ?? 30), 50);
    const start = (Number(query.get('page') ?? 1) - 1) * limit;
    return {
      status: 200,
      json: statusesOf(state, listed)
        .slice(start, start + limit)
        .map(shown),
    };
  }
  return issueComments(state, request);
}

function shown({ name, state, description }: { name: string; state: string; description: string }) {
  return { id: 1, context: name, status: state, description, target_url: '' };
}

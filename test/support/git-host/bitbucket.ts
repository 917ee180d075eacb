import type { Dialect, HostAnswer, StoredStatus } from './dialect.ts';
import { addStatus, below, statusesOf } from './marks.ts';

/** Statuses of builds at Bitbucket Cloud. */
export const bitbucket: Dialect = {
  basePath: '/2.0',
  scheme: 'Basic',
  unauthorized: { type: 'error', error: { message: 'Access denied' } },
  forbidden: {
    type: 'error',
    error: { message: 'Your credentials lack one or more required privilege scopes.' },
  },
  notFound: { type: 'error', error: { message: 'Repository not found' } },

  answer(state, { method, path, content }) {
    const rest = below(path, `/repositories/${state.repository}/commit`);
    const [, commit, key] = /^(\w+)\/statuses\/build(?:\/(\w+))?$/.exec(rest ?? '') ?? [];
    if (commit === undefined) return undefined;
    if (method === 'POST')
      return posted(String(content['key']), () => addStatus(state, commit, content['key'], content));
    const found = statusesOf(state, commit).find(({ name }) => name === key);
    return found && { status: 200, json: shown(found) };
  },
};

/** Statuses of builds at Bitbucket Data Center. */
export const bitbucketServer: Dialect = {
  basePath: '/context/rest/api/latest',
  scheme: 'Bearer',
  unauthorized: errors('Authentication failed. Please check your credentials and try again.'),
  forbidden: errors('You are not permitted to access this resource'),
  notFound: errors('Build status for commit not found'),
  address: (repository) => `context/scm/${repository}.git`,

  answer(state, { method, path, query, content }) {
    const [project, name] = state.repository.split('/');
    const rest = below(path, `/projects/${project}/repos/${name}/commits`);
    const [, commit] = /^(\w+)\/builds$/.exec(rest ?? '') ?? [];
    if (commit === undefined) return undefined;
    if (method === 'POST') {
      addStatus(state, commit, content['key'], content);
      return { status: 204, json: undefined };
    }
    const found = statusesOf(state, commit).find((one) => one.name === query.get('key'));
    return found && { status: 200, json: shown(found) };
  },
};

function posted(key: string, add: () => StoredStatus): HostAnswer {
  if (key.length <= 40) return { status: 201, json: shown(add()) };
  return { status: 400, json: { type: 'error', error: { message: 'key: Too long (maximum is 40)' } } };
}

function shown({ content }: StoredStatus) {
  return { ...content, type: 'build', refname: null };
}

function errors(message: string) {
  return { errors: [{ context: null, message, exceptionName: 'com.atlassian.bitbucket.Exception' }] };
}

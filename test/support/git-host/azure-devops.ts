import type { Dialect, StoredStatus } from './dialect.ts';
import { addStatus, below, statusesOf } from './marks.ts';

const error = (message: string) => ({
  $id: '1',
  innerException: null,
  message,
  typeKey: 'Exception',
  errorCode: 0,
});

/** Statuses of commits at Azure DevOps; the repository is written organization/project/repository. */
export const azureDevOps: Dialect = {
  basePath: '',
  scheme: 'Basic',
  unauthorized: error('TF400813: The user is not authorized to access this resource.'),
  forbidden: error('TF401027: You need the Git status permission to perform this action.'),
  notFound: error('TF401019: The Git repository does not exist or you do not have permissions for it.'),
  address: (repository) => repository.replace(/\/([^/]+)$/, '/_git/$1'),

  answer(state, { method, path, query, content }) {
    const [organization, project, name] = state.repository.split('/');
    const rest = below(path, `/${organization}/${project}/_apis/git/repositories/${name}/commits`);
    const [, commit] = /^(\w+)\/statuses$/.exec(rest ?? '') ?? [];
    if (commit === undefined || !query.has('api-version')) return undefined;
    if (method === 'POST') {
      const context = JSON.stringify(content['context']);
      return { status: 201, json: shown(addStatus(state, commit, context, content)) };
    }
    const all = statusesOf(state, commit);
    const latest = all.filter((one, at) => all.findIndex(({ name }) => name === one.name) === at);
    const value = (query.get('latestOnly') === 'true' ? latest : all).map(shown);
    return { status: 200, json: { count: value.length, value } };
  },
};

function shown({ content }: StoredStatus) {
  return { id: 1, ...content, targetUrl: null, createdBy: { displayName: 'pawl' } };
}

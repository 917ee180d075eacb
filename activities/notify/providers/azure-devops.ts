import { z } from 'zod';
import type { GitUrl } from '../../fetch/git-url.ts';
import { basicHeader } from '../../fetch/http/credentials.ts';
import type { SetCommitStatus } from '../commit-status/contract.ts';
import { azureToken } from './azure-token.ts';
import { shorten } from './event-text.ts';
import { repositoryUrl, segmentsOf } from './git/address.ts';
import { hostAt, type OpenHost } from './git/git-host.ts';
import { read } from './git/read.ts';
import { headerToken, misconfigured } from './needed.ts';

const STATES = {
  pending: 'pending',
  success: 'succeeded',
  failure: 'error',
  cancelled: 'notApplicable',
} as const;
const GENRE = 'fluxcd';
const LONGEST_DESCRIPTION = 255;
const VERSION = { 'api-version': '6.0' };
// Who shows a bad token is told so instead of being led to a page of signing in.
const HEADERS = { 'X-TFS-FedAuthRedirect': 'Suppress' };

// Of Azure DevOps as an application of Entra ID.
const SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';
// The worker's identity is shown to no other host.
const AZURE_API = /^https:\/\/(?:dev\.azure\.com|[a-z\d-]+\.visualstudio\.com)\//i;

/** Azure DevOps, by a personal access token; without one the worker's identity counts at their own hosts. */
export const openAzureDevOps: OpenHost = async (deps, call) => {
  const { recipient, signal } = call;
  const repository = repositoryOf(repositoryUrl(recipient));
  if (repository === undefined) {
    throw misconfigured(
      recipient,
      'has an address that has no path like organization/project/_git/repository; correct the URL',
    );
  }
  const isByWorker = recipient.token === '' && AZURE_API.test(`${repository.api}/`);
  const password = isByWorker ? await azureToken('Azure DevOps', SCOPE, signal) : headerToken(recipient);
  const authorization = basicHeader({ username: '', password });
  return hostAt(deps, call, { ...repository, authorization, headers: HEADERS });
};

/** Before the project stands the organization, or on a server of one's own the collection, if the host is not theirs. */
function repositoryOf(url: GitUrl): { readonly api: string; readonly path: string } | undefined {
  const segments = segmentsOf(url) ?? [];
  const { hostname } = new URL(url.href);
  if (url.protocol === 'ssh') {
    const [version, organization, project, repository, ...more] = segments;
    if (version !== 'v3' || repository === undefined || more.length > 0) return undefined;
    const host = hostname.replace(/^ssh\./, '');
    return {
      api: `https://${host}/${organization}`,
      path: `/${project}/_apis/git/repositories/${repository}`,
    };
  }
  const [project, marker, repository] = segments.slice(-3);
  if (marker !== '_git' || repository === undefined) return undefined;
  const before = segments.slice(0, -3).map((part) => `/${part}`);
  return { api: `${url.origin}${before.join('')}`, path: `/${project}/_apis/git/repositories/${repository}` };
}

const statuses = z.looseObject({
  value: z.array(
    z.looseObject({
      state: z.string().nullish(),
      description: z.string().nullish(),
      context: z.looseObject({ name: z.string().nullish(), genre: z.string().nullish() }).nullish(),
    }),
  ),
});

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses */
export const setAzureDevOpsStatus: SetCommitStatus = async ({ rest, path }, { commit, name, ...status }) => {
  const state = STATES[status.state];
  const description = shorten(status.description, LONGEST_DESCRIPTION);
  const genre = status.summary === undefined ? GENRE : `${GENRE}:${status.summary}`;
  const place = `${path}/commits/${commit}/statuses`;
  const { content } = await rest.get(place, { ...VERSION, latestOnly: 'true' });
  const last = read(statuses, content).value.find(
    ({ context }) => context?.name === name && context.genre === genre,
  );
  if (last?.state === state && last.description === description) return;
  const query = new URLSearchParams(VERSION).toString();
  await rest.send('POST', `${place}?${query}`, { state, description, context: { genre, name } });
};

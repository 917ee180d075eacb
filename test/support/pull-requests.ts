import type { GithubApp } from '../../activities/fetch/github-app.ts';
import { createHttpClient } from '../../activities/fetch/http/client.ts';
import { markerOf } from '../../activities/image/pull-request/body.ts';
import type { EnsuredPullRequest, PullRequestRequest } from '../../activities/image/pull-request/contract.ts';
import { createPullRequests } from '../../activities/image/pull-request/create-pull-requests.ts';
import { type GitHost, type HostKind, startGitHost } from './git-host.ts';

export const HOST_TOKEN = 'CANARY-token-of-the-provider';
export const HOSTS: readonly HostKind[] = ['github', 'gitlab', 'gitea', 'forgejo'];
/** Of the automation that {@link ensure} speaks for. */
export const MARKER = markerOf('flux-system/apps');

interface Change extends Partial<Omit<PullRequestRequest, 'secret'>> {
  /** In place of the one with the token; undefined is none. */
  readonly secret?: Readonly<Record<string, string | Buffer>> | undefined;
  readonly githubApp?: GithubApp;
  readonly assertMayWrite?: () => void;
}

export function startHost(kind: HostKind): Promise<GitHost> {
  const repository = kind === 'gitlab' ? 'acme/platform/fleet' : 'acme/fleet';
  return startGitHost(kind, { repository, token: HOST_TOKEN });
}

/** One attempt at the same pull request, as another worker would make it. */
export async function ensure(
  kind: HostKind,
  host: Pick<GitHost, 'repositoryUrl'>,
  change: Change = {},
): Promise<EnsuredPullRequest | undefined> {
  const { githubApp = noApp, assertMayWrite = () => undefined, secret: _, ...more } = change;
  const secret = 'secret' in change ? change.secret : { token: HOST_TOKEN };
  const readSecret = (namespace: string, name: string) =>
    Promise.resolve(
      secret && `${namespace}/${name}` === 'flux-system/provider' ? bytesOf(secret) : undefined,
    );
  const client = createHttpClient();
  try {
    return await createPullRequests({ client, githubApp, readSecret, assertMayWrite }).ensure({
      automation: 'flux-system/apps',
      provider: kind,
      repositoryUrl: host.repositoryUrl,
      secret: { namespace: 'flux-system', name: 'provider' },
      head: 'flux/image-updates',
      base: 'main',
      title: 'Update app to 42',
      body: '| Image | Tag |\n|---|---|\n| app | 42 |',
      signal: new AbortController().signal,
      ...more,
    });
  } finally {
    await client.close();
  }
}

const noApp: GithubApp = { token: () => Promise.reject(new Error('no app was asked for')) };

function bytesOf(secret: Readonly<Record<string, string | Buffer>>) {
  return Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, Buffer.from(value)]));
}

/** What a host was asked to change. */
export function writes({ requests }: GitHost) {
  return requests.filter(({ method }) => method !== 'GET');
}

import type { GithubApp } from '../../fetch/github-app.ts';
import type { HttpClient } from '../../fetch/http/client.ts';
import { shownUrl } from '../../fetch/http/url.ts';
import { accessTo } from './access.ts';
import type { PullRequestApi, PullRequests } from './contract.ts';
import { ensurePullRequest } from './ensure-pull-request.ts';
import { asPullRequestFailure } from './failure.ts';
import { createGitea } from './gitea.ts';
import { createGitHub, GITHUB_HEADERS } from './github.ts';
import { createGitLab, withoutQuickActions } from './gitlab.ts';
import { createRest, type Rest } from './rest.ts';
import type { GitProvider } from './settings.ts';

interface Provider {
  /** How people write it. */
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What our text may not do there. */
  readonly tame?: (text: string) => string;
  readonly create: (rest: Rest, path: string) => PullRequestApi;
}

const PROVIDERS: Readonly<Record<GitProvider, Provider>> = {
  github: { title: 'GitHub', headers: GITHUB_HEADERS, create: createGitHub },
  gitlab: { title: 'GitLab', tame: withoutQuickActions, create: createGitLab },
  gitea: { title: 'Gitea', create: createGitea },
  forgejo: { title: 'Forgejo', create: createGitea },
};

// Of all requests of one attempt: a provider that hangs must not hold the run.
const LONGEST_MS = 60_000;

export interface PullRequestsOptions {
  /** The client for servers that tenants name. */
  readonly client: HttpClient;
  readonly githubApp: GithubApp;
}

export function createPullRequests({ client, githubApp }: PullRequestsOptions): PullRequests {
  return {
    async ensure(request) {
      const { provider, repositoryUrl, secret } = request;
      const { title, headers = {}, tame = (text: string) => text, create } = PROVIDERS[provider];
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_MS)]);
      const place = { repository: `${title} repository ${shownUrl(repositoryUrl)}`, secret: secret.where };
      try {
        const { api, path, authorization, tls } = await accessTo(
          { provider, repositoryUrl, secret, signal },
          githubApp,
        );
        const origin = new URL(api).origin;
        const rest = createRest({
          client,
          api,
          headers,
          tls,
          signal,
          authorization: { header: authorization, origin },
        });
        return await ensurePullRequest(create(rest, path), { ...request, body: tame(request.body) });
      } catch (error) {
        request.signal.throwIfAborted();
        throw asPullRequestFailure(error, place);
      }
    },
  };
}

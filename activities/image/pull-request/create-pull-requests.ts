import { Annotation } from '../../../api/names.ts';
import type { GithubApp } from '../../fetch/github-app.ts';
import type { HttpClient } from '../../fetch/http/client.ts';
import type { NamedSecret, ReadSecret } from '../../fetch/http/credentials.ts';
import { shownUrl } from '../../fetch/http/url.ts';
import type { GitProvider } from '../../git-host/git-provider.ts';
import { withoutQuickActions } from '../../git-host/plain-text.ts';
import { createRest, type Rest } from '../../git-host/rest.ts';
import { accessTo } from './access.ts';
import type { PullRequestApi, PullRequestRequest, PullRequests } from './contract.ts';
import { ensurePullRequest } from './ensure-pull-request.ts';
import { asPullRequestFailure, pullRequestFailure } from './failure.ts';
import { createGitea } from './gitea.ts';
import { createGitHub, GITHUB_HEADERS } from './github.ts';
import { createGitLab } from './gitlab.ts';

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
const LONGEST_MS = 30_000;

export interface PullRequestsOptions {
  /** The client for servers that tenants name. */
  readonly client: HttpClient;
  readonly githubApp: GithubApp;
  readonly readSecret: ReadSecret;
  /** Throws when the attempt that it is called in must not write any more (`fence.ts`). */
  readonly assertMayWrite: () => void;
}

export function createPullRequests(options: PullRequestsOptions): PullRequests {
  const { client, assertMayWrite } = options;
  return {
    async ensure(request) {
      const { provider, repositoryUrl } = request;
      const { title, headers = {}, tame = (text: string) => text, create } = PROVIDERS[provider];
      const repository = `${title} repository ${shownUrl(repositoryUrl)}`;
      const where = `secret '${request.secret.namespace}/${request.secret.name}'`;
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_MS)]);
      try {
        const secret = await readSecretOf(options, request, where);
        const access = await accessTo({ provider, repositoryUrl, secret, signal }, options.githubApp);
        const { api, path, authorization: header, tls } = access;
        const authorization = { header, origin: new URL(api).origin };
        const rest = createRest({ client, api, headers, authorization, tls, signal, assertMayWrite });
        return await ensurePullRequest(create(rest, path), { ...request, body: tame(request.body) });
      } catch (error) {
        request.signal.throwIfAborted();
        throw asPullRequestFailure(error, { repository, secret: where });
      }
    },
  };
}

async function readSecretOf(
  { readSecret }: PullRequestsOptions,
  { provider, secret: { namespace, name } }: PullRequestRequest,
  where: string,
): Promise<NamedSecret> {
  const data = await readSecret(namespace, name);
  if (data !== undefined) return { data, where };
  throw pullRequestFailure(
    `${where} of annotation ${Annotation.pullRequestSecret} not found; create it with a 'token' for ${provider}`,
  );
}

import { checkGitUrl } from '../../fetch/git-url.ts';
import type { GithubApp } from '../../fetch/github-app.ts';
import { hasGithubApp } from '../../fetch/github-app-secret.ts';
import type { TlsAccess } from '../../fetch/http/client.ts';
import { type NamedSecret, tlsOf } from '../../fetch/http/credentials.ts';
import { readHttpUrl } from '../../fetch/http/url.ts';
import type { GitProvider } from '../../git-host/git-provider.ts';
import { type ProviderRepository, repositoryOf } from '../../git-host/repository-of.ts';
import { rememberSecret } from '../../redact.ts';
import { pullRequestFailure } from './failure.ts';

/** How to speak to a provider about one repository. */
export interface ProviderAccess extends ProviderRepository {
  /** The value of an Authorization header. */
  readonly authorization: string;
  readonly tls: TlsAccess | undefined;
}

export interface AccessRequest {
  readonly provider: GitProvider;
  readonly repositoryUrl: string;
  readonly secret: NamedSecret;
  readonly signal: AbortSignal;
}

/** Reads where the API is and what it wants to see. Throws PullRequestFailed, and what a GitHub App's token throws. */
export async function accessTo(request: AccessRequest, githubApp: GithubApp): Promise<ProviderAccess> {
  const { provider, repositoryUrl, secret } = request;
  const repository = repositoryOf(provider, checkGitUrl(repositoryUrl), addressOf(request));
  if (typeof repository === 'string') {
    throw pullRequestFailure(`the GitRepository's spec.url ${repository}, which ${provider} needs`);
  }
  const token = await tokenOf(request, githubApp);
  const scheme = provider === 'github' || provider === 'gitlab' ? 'Bearer' : 'token';
  return { ...repository, authorization: `${scheme} ${token}`, tls: tlsOf(secret) };
}

async function tokenOf({ provider, secret, signal }: AccessRequest, githubApp: GithubApp): Promise<string> {
  const { data, where } = secret;
  // A line break at the end comes from `echo` without -n.
  const token = data['token']?.toString().trim() ?? '';
  if (token !== '') {
    rememberSecret(token);
    if (/[^\x21-\x7e]/.test(token)) {
      throw pullRequestFailure(
        `${where} has a 'token' with white space or characters that no token has; correct it`,
      );
    }
    return token;
  }
  if (!hasGithubApp(data)) throw pullRequestFailure(`${where} has no 'token'; put one for ${provider} there`);
  if (provider !== 'github') {
    throw pullRequestFailure(
      `${where} has the keys of a GitHub App, but no 'token' for ${provider}; put one there`,
    );
  }
  return (await githubApp.token(secret, { signal })).token;
}

function addressOf({ provider, secret: { data, where } }: AccessRequest): URL | undefined {
  const key = data['address'] === undefined && provider === 'github' ? 'githubAppBaseURL' : 'address';
  const text = data[key]?.toString().trim() ?? '';
  if (text === '') return undefined;
  const url = readHttpUrl(text);
  const problem = typeof url === 'string' ? url : url.search && 'has a query';
  if (typeof url === 'string' || problem) {
    throw pullRequestFailure(`${where} has an '${key}' that ${problem}; write the base URL of the API`);
  }
  return url;
}

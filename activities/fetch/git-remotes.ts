import { join } from 'node:path';
import { parseDuration } from '../../api/duration.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, stalled } from '../failures.ts';
import {
  credentialsOf,
  type GitCredentials,
  githubAppCredentials,
  type SecretData,
} from './git-credentials.ts';
import { type GitSession, openGitSession, removeAbandonedSessions } from './git-session.ts';
import { checkGitUrl, type GitUrl } from './git-url.ts';
import type { GithubApp } from './github-app.ts';
import { hasGithubApp } from './github-app-secret.ts';
import type { NamedSecret } from './http/credentials.ts';
import { createMirrors, type Mirrors } from './mirror.ts';

export interface GitRemotesOptions {
  /** Holds mirrors and scratch; belongs to this process alone. */
  readonly dataDir: string;
  /** The data of a Secret, undefined when there is none. */
  readonly readSecret: (namespace: string, name: string) => Promise<SecretData | undefined>;
  /** Who logs in where `spec.provider` is github. */
  readonly githubApp: GithubApp;
}

/** A repository with the credentials of its object, for one attempt; the session is the caller's to dispose of. */
export interface OpenRemote {
  readonly credentials: GitCredentials;
  readonly session: GitSession;
}

/** The remotes of GitRepository objects, and the mirrors of them on this machine: one for whoever reads or writes. */
export interface GitRemotes {
  /**
   * Opens `spec.url` with the Secret of `spec.secretRef`. Asks the remote nothing, but GitHub for a token of its app.
   * Throws a stalled URLInvalid or InvalidSpec, AuthenticationFailed, and InvalidProviderConfiguration when provider
   * and Secret do not belong together.
   */
  open(repository: GitRepository, signal: AbortSignal): Promise<OpenRemote>;
  readonly mirrors: Mirrors;
}

const DEFAULT_TIMEOUT = '60s';
const APP_WITHOUT_DATA = 'secretRef with github app data must be specified when provider is set to github';

export function createGitRemotes(options: GitRemotesOptions): GitRemotes {
  const { dataDir } = options;
  const scratch = join(dataDir, 'tmp');
  const cleaned = removeAbandonedSessions(scratch);
  return {
    mirrors: createMirrors(join(dataDir, 'mirrors')),
    async open(repository, signal) {
      await cleaned;
      const url = checkGitUrl(repository.spec.url);
      const credentials = await readCredentials(options, repository, url, signal);
      const timeoutMs = timeoutOf(repository);
      return { credentials, session: openGitSession({ scratch, url, credentials, timeoutMs, signal }) };
    },
  };
}

async function readCredentials(
  { readSecret, githubApp }: GitRemotesOptions,
  { metadata, spec }: GitRepository,
  url: GitUrl,
  signal: AbortSignal,
): Promise<GitCredentials> {
  const isApp = spec.provider === 'github';
  const name = spec.secretRef?.name;
  if (name === undefined) {
    if (isApp) throw stalled(Reason.InvalidProviderConfiguration, APP_WITHOUT_DATA);
    return credentialsOf(url, undefined, 'spec.secretRef');
  }
  const where = `secret '${metadata.namespace}/${name}'`;
  const data = await readSecret(metadata.namespace, name);
  if (data === undefined) {
    throw failed(Reason.AuthenticationFailed, `${where} of spec.secretRef not found; create it`);
  }
  return isApp ? await loggedIn(githubApp, url, { data, where }, signal) : credentialsOf(url, data, where);
}

async function loggedIn(
  githubApp: GithubApp,
  url: GitUrl,
  secret: NamedSecret,
  signal: AbortSignal,
): Promise<GitCredentials> {
  if (!hasGithubApp(secret.data)) throw failed(Reason.InvalidProviderConfiguration, APP_WITHOUT_DATA);
  const { token } = await githubApp.token(secret, { signal });
  return githubAppCredentials(url, secret, token);
}

function timeoutOf({ spec }: GitRepository): number {
  const ms = parseDuration(spec.timeout || DEFAULT_TIMEOUT);
  if (ms !== undefined && ms > 0) return ms;
  throw stalled(
    Reason.InvalidSpec,
    `spec.timeout ${JSON.stringify(spec.timeout)} is no duration; write for example 60s`,
  );
}

import { join } from 'node:path';
import { parseDuration } from '../../api/duration.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import { Reason } from '../../api/reasons.ts';
import { failed, stalled } from '../failures.ts';
import { credentialsOf, type GitCredentials, type SecretData } from './git-credentials.ts';
import { type GitSession, openGitSession, removeAbandonedSessions } from './git-session.ts';
import { checkGitUrl, type GitUrl } from './git-url.ts';
import { createMirrors, type Mirrors } from './mirror.ts';

export interface GitRemotesOptions {
  /** Holds mirrors and scratch; belongs to this process alone. */
  readonly dataDir: string;
  /** The data of a Secret, undefined when there is none. */
  readonly readSecret: (namespace: string, name: string) => Promise<SecretData | undefined>;
}

/** A repository with the credentials of its object, for one attempt; the session is the caller's to dispose of. */
export interface OpenRemote {
  readonly credentials: GitCredentials;
  readonly session: GitSession;
}

/** The remotes of GitRepository objects, and the mirrors of them on this machine: one for whoever reads or writes. */
export interface GitRemotes {
  /**
   * Opens `spec.url` with the Secret of `spec.secretRef`. Asks the remote nothing. Throws a stalled URLInvalid or
   * InvalidSpec, and AuthenticationFailed.
   */
  open(repository: GitRepository, signal: AbortSignal): Promise<OpenRemote>;
  readonly mirrors: Mirrors;
}

const DEFAULT_TIMEOUT = '60s';

export function createGitRemotes({ dataDir, readSecret }: GitRemotesOptions): GitRemotes {
  const scratch = join(dataDir, 'tmp');
  const cleaned = removeAbandonedSessions(scratch);
  return {
    mirrors: createMirrors(join(dataDir, 'mirrors')),
    async open(repository, signal) {
      await cleaned;
      const url = checkGitUrl(repository.spec.url);
      const credentials = await readCredentials(readSecret, repository, url);
      const timeoutMs = timeoutOf(repository);
      return { credentials, session: openGitSession({ scratch, url, credentials, timeoutMs, signal }) };
    },
  };
}

async function readCredentials(
  readSecret: GitRemotesOptions['readSecret'],
  { metadata, spec }: GitRepository,
  url: GitUrl,
): Promise<GitCredentials> {
  const name = spec.secretRef?.name;
  if (name === undefined) return credentialsOf(url, undefined, 'spec.secretRef');
  const where = `secret '${metadata.namespace}/${name}'`;
  const secret = await readSecret(metadata.namespace, name);
  if (secret !== undefined) return credentialsOf(url, secret, where);
  throw failed(Reason.AuthenticationFailed, `${where} of spec.secretRef not found; create it`);
}

function timeoutOf({ spec }: GitRepository): number {
  const ms = parseDuration(spec.timeout || DEFAULT_TIMEOUT);
  if (ms !== undefined && ms > 0) return ms;
  throw stalled(
    Reason.InvalidSpec,
    `spec.timeout ${JSON.stringify(spec.timeout)} is no duration; write for example 60s`,
  );
}

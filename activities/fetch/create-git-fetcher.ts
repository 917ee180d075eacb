import type { Artifact } from '../../api/artifact.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import { faultPoint } from '../fault.ts';
import { createArchive } from './archive.ts';
import { isServed } from './artifact-download.ts';
import { beating } from './beating.ts';
import { commitsToRead, describeCommit } from './commit.ts';
import { gitFailure } from './git-errors.ts';
import type { GitRemotes } from './git-remotes.ts';
import type { GitCheck, GitFetcher, GitFetchResult } from './git-repository.ts';
import type { GitSession } from './git-session.ts';
import type { MirroredCommit } from './mirror.ts';
import { commitOf, type ResolvedRef, resolveRef, wantedOf } from './resolve.ts';
import type { ArtifactStore } from './store.ts';

export interface GitFetcherOptions {
  readonly remotes: GitRemotes;
  readonly store: ArtifactStore;
  /** Where others reach the store's artifact server: `http://host:port`. */
  readonly advertisedUrl: string;
}

export function createGitFetcher(options: GitFetcherOptions): GitFetcher {
  const { remotes, store } = options;

  async function open(repository: GitRepository, signal: AbortSignal) {
    wantedOf(repository.spec.ref ?? {});
    return await remotes.open(repository, signal);
  }

  function isCurrent(repository: GitRepository, { revision }: ResolvedRef): boolean {
    const { artifact, observedIgnore } = repository.status ?? {};
    return artifact?.revision === revision && (observedIgnore ?? '') === (repository.spec.ignore ?? '');
  }

  const urlOf = (path: string) => `${options.advertisedUrl}/${path}`;

  /** This worker serves it, at the address that the status tells. */
  async function isOurs({ url, path }: Pick<Artifact, 'url' | 'path'>): Promise<boolean> {
    return url === urlOf(path) && (await store.has(path));
  }

  return {
    async check(repository, signal): Promise<GitCheck> {
      const { session } = await open(repository, signal);
      using _ = session;
      const resolved = await resolveRef(session, repository.spec.ref);
      const artifact = repository.status?.artifact;
      const isKept =
        artifact !== undefined &&
        isCurrent(repository, resolved) &&
        ((await isOurs(artifact)) || (await isServed(artifact.url, signal)));
      return { revision: resolved.revision, changed: !isKept };
    },

    async fetch(repository, fetchOptions): Promise<GitFetchResult> {
      const { credentials, session } = await open(repository, fetchOptions.signal);
      using _ = session;
      const resolved = await resolveRef(session, repository.spec.ref);
      faultPoint('git.resolved');
      const previous = repository.status?.artifact;
      if (previous && isCurrent(repository, resolved) && (await store.has(previous.path))) {
        const isThere = (await isOurs(previous)) || (await isServed(previous.url, fetchOptions.signal));
        // Who served it may be gone for good.
        const url = isThere ? previous.url : urlOf(previous.path);
        return { unchanged: true, artifact: { ...artifactOf(previous), url } };
      }
      using _beat = beating(fetchOptions.heartbeat, { fetching: resolved.revision });
      try {
        return await remotes.mirrors.use(
          session,
          { resolved, fingerprint: credentials.fingerprint },
          (commit) => pack(options, repository, { session, commit }),
        );
      } catch (error) {
        throw gitFailure(error, 'failed to checkout and determine revision: unable to clone', session.url);
      }
    },
  };
}

async function pack(
  { store, advertisedUrl }: GitFetcherOptions,
  object: GitRepository,
  { session, commit: { repository, resolved } }: { session: GitSession; commit: MirroredCommit },
): Promise<GitFetchResult> {
  faultPoint('git.mirrored');
  const { commit, revision } = resolved;
  const step = { commit, before: commitOf(object.status?.artifact?.revision) };
  const alsoRead = await commitsToRead(repository, step);
  const archive = await createArchive({ session, repository, commit, ignore: object.spec.ignore, alsoRead });
  const { subject, rewritten } = describeCommit(step, alsoRead, archive.alsoRead);
  const { namespace, name } = object.metadata;
  const stored = await store.put({ kind: object.kind, namespace, name }, commit, archive.content);
  faultPoint('git.stored');
  const artifact: Artifact = {
    ...stored,
    revision,
    url: `${advertisedUrl}/${stored.path}`,
    lastUpdateTime: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  return {
    unchanged: false,
    artifact,
    commitMessage: subject,
    ...(rewritten !== undefined && { rewritten }),
    ...(archive.lfsPointers.length > 0 && { lfsPointers: archive.lfsPointers }),
  };
}

type StoredArtifact = NonNullable<NonNullable<GitRepository['status']>['artifact']>;

function artifactOf({
  digest,
  lastUpdateTime,
  path,
  revision,
  size,
  url,
  metadata,
}: StoredArtifact): Artifact {
  return {
    digest,
    lastUpdateTime,
    path,
    revision,
    url,
    ...(size !== undefined && { size }),
    ...(metadata !== undefined && { metadata }),
  };
}

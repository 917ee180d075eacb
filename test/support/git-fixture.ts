import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitFetcher } from '../../activities/fetch/create-git-fetcher.ts';
import { createGitRemotes, type GitRemotes } from '../../activities/fetch/git-remotes.ts';
import type { GitFetcher } from '../../activities/fetch/git-repository.ts';
import { createGithubApp } from '../../activities/fetch/github-app.ts';
import { createHttpClient } from '../../activities/fetch/http/client.ts';
import { type ArtifactStore, createArtifactStore } from '../../activities/fetch/store.ts';
import type { Artifact } from '../../api/artifact.ts';
import { type GitRepository, gitRepository } from '../../api/git-repository.ts';
import { git } from '../../tools/git.ts';
import { type GitServer, type GitServerOptions, startGitServer } from '../../tools/git-server.ts';

/** A bare repository behind a git server, changed from the inside: no work tree, no push. */
export class TestRepository {
  readonly url: string;
  readonly path: string;

  constructor(url: string, path: string) {
    this.url = url;
    this.path = path;
  }

  /** Commits the files, and nothing else, on top of the branch; `parents` replaces what is below. Returns the id. */
  async commit(files: Record<string, string>, options: CommitOptions = {}): Promise<string> {
    const branch = options.branch ?? 'main';
    const tree = await this.tree(files);
    const tip = await git(this.path, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
    const parents = options.parents ?? (tip === '' ? [] : [tip]);
    const flags = parents.flatMap((parent) => ['-p', parent]);
    const message = options.message ?? `commit on ${branch}`;
    const commit = await git(this.path, 'commit-tree', tree, ...flags, '-m', message);
    await git(this.path, 'update-ref', `refs/heads/${branch}`, commit);
    return commit;
  }

  git(...args: readonly string[]): Promise<string> {
    return git(this.path, ...args);
  }

  /** `path` may end in `*` for an executable file and `@` for a symlink whose target is the content. */
  private async tree(files: Record<string, string>): Promise<string> {
    await git(this.path, 'read-tree', '--empty');
    for (const [path, content] of Object.entries(files)) {
      const source = join(this.path, 'content');
      await writeFile(source, content);
      const id = await git(this.path, 'hash-object', '-w', '--no-filters', source);
      const mode = path.endsWith('*') ? '100755' : path.endsWith('@') ? '120000' : '100644';
      await git(
        this.path,
        'update-index',
        '--add',
        '--cacheinfo',
        `${mode},${id},${path.replace(/[*@]$/, '')}`,
      );
    }
    return await git(this.path, 'write-tree');
  }
}

interface CommitOptions {
  readonly branch?: string;
  readonly parents?: readonly string[];
  readonly message?: string;
}

export interface GitFixture extends AsyncDisposable {
  readonly server: GitServer;
  readonly dataDir: string;
  readonly store: ArtifactStore;
  readonly remotes: GitRemotes;
  readonly fetcher: GitFetcher;
  readonly secrets: Map<string, Record<string, Buffer>>;
  repository(name?: string): Promise<TestRepository>;
}

/** A git server, and a fetcher with a data directory of its own. */
export async function createGitFixture(options: Partial<GitServerOptions> = {}): Promise<GitFixture> {
  const root = await mkdtemp(join(tmpdir(), 'pawl-fetch-'));
  const server = await startGitServer({ ...options, root: join(root, 'remote') });
  const dataDir = join(root, 'data');
  const store = createArtifactStore(join(dataDir, 'artifacts'));
  const secrets = new Map<string, Record<string, Buffer>>();
  const client = createHttpClient();
  const remotes = createGitRemotes({
    dataDir,
    readSecret: async (namespace, name) => secrets.get(`${namespace}/${name}`),
    githubApp: createGithubApp({ client }),
  });
  const fetcher = createGitFetcher({ remotes, store, advertisedUrl: 'http://127.0.0.1:1' });
  return {
    server,
    dataDir,
    store,
    remotes,
    fetcher,
    secrets,
    async repository(name = 'org/app') {
      const { url, path } = await server.createRepository(name);
      return new TestRepository(url, path);
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A GitRepository object as the API server would return it. */
export function gitRepositoryObject(
  spec: { readonly url: string } & Record<string, unknown>,
  status?: { readonly artifact?: Artifact; readonly observedIgnore?: string },
): GitRepository {
  return gitRepository.parse({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'app', namespace: 'apps', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: { interval: '1m', ref: { branch: 'main' }, ...spec },
    ...(status && { status }),
  });
}

/** Secret data from text. */
export function secretData(values: Record<string, string>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));
}

export const ANY_TIME = { signal: new AbortController().signal, heartbeat: () => undefined };

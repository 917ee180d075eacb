import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from './git.ts';

/** A clone to make commits in, as a person with an editor would. */
export interface WorkTree {
  readonly dir: string;
  /** Writes files (`undefined` removes one, or a folder), commits everything and pushes; resolves to the commit's SHA. */
  push(message: string, files: Files, options?: PushOptions): Promise<string>;
  /** What a branch of the remote changes, as a patch without context; undefined while there is no such branch. */
  diff(remoteBranch: string): Promise<string | undefined>;
  /** Merges a branch of the remote, as a reviewer's button does, and pushes; resolves to the commit's SHA. */
  merge(remoteBranch: string): Promise<string>;
}

export type Files = Readonly<Record<string, string | undefined>>;

export interface PushOptions {
  /** Replaces the last commit and what the server has. */
  readonly amend?: boolean;
}

/** Clones `url` into `dir`, or makes the first branch of an empty repository there. */
export async function openWorkTree(url: string, dir: string, branch = 'main'): Promise<WorkTree> {
  mkdirSync(dir, { recursive: true });
  await git(dir, 'init', '--quiet', '--initial-branch', branch);
  await git(dir, 'remote', 'add', 'origin', url);
  const known = await git(dir, 'ls-remote', '--heads', 'origin', branch);
  if (known !== '') {
    await git(dir, 'fetch', '--quiet', 'origin', branch);
    await git(dir, 'reset', '--quiet', '--hard', 'FETCH_HEAD');
  }

  return {
    dir,
    async push(message, files, { amend = false } = {}) {
      for (const [path, content] of Object.entries(files)) write(join(dir, path), content);
      await git(dir, 'add', '--all');
      await git(dir, 'commit', '--quiet', '--allow-empty', ...(amend ? ['--amend'] : []), '-m', message);
      await git(dir, 'push', '--quiet', ...(amend ? ['--force'] : []), 'origin', `HEAD:refs/heads/${branch}`);
      return git(dir, 'rev-parse', 'HEAD');
    },
    async diff(remoteBranch) {
      if ((await git(dir, 'ls-remote', '--heads', 'origin', remoteBranch)) === '') return undefined;
      await git(dir, 'fetch', '--quiet', 'origin', remoteBranch);
      return git(dir, 'diff', '--unified=0', 'HEAD', 'FETCH_HEAD');
    },
    async merge(remoteBranch) {
      await git(dir, 'fetch', '--quiet', 'origin', remoteBranch);
      await git(dir, 'merge', '--quiet', '--no-ff', '-m', `Merge ${remoteBranch}`, 'FETCH_HEAD');
      await git(dir, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
      return git(dir, 'rev-parse', 'HEAD');
    },
  };
}

function write(path: string, content: string | undefined): void {
  if (content === undefined) {
    rmSync(path, { recursive: true, force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

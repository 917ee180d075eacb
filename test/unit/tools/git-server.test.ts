import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git } from '../../../tools/git.ts';
import { type GitServer, type GitServerOptions, startGitServer } from '../../../tools/git-server.ts';
import { openWorkTree } from '../../../tools/git-work-tree.ts';

let dir: string;
let server: GitServer;

async function start(options: Omit<GitServerOptions, 'root'> = {}): Promise<string> {
  server = await startGitServer({ root: join(dir, 'repositories'), ...options });
  return (await server.createRepository('home/cluster')).url;
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-git-server-'));
});

afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('git server', () => {
  it('takes pushes and shows them to the next clone', async () => {
    const url = await start();
    const first = await openWorkTree(url, join(dir, 'one'));

    const sha = await first.push('add app', { 'apps/web.yaml': 'kind: Web\n' });
    const second = await openWorkTree(url, join(dir, 'two'));

    expect(await git(second.dir, 'rev-parse', 'HEAD')).toBe(sha);
    expect(await git(second.dir, 'show', 'HEAD:apps/web.yaml')).toBe('kind: Web');
  });

  it('serves a commit that no branch has any more', async () => {
    const url = await start();
    const tree = await openWorkTree(url, join(dir, 'one'));
    const lost = await tree.push('first', { a: '1' });
    await tree.push('second', { a: '2' }, { amend: true });
    await git(dir, 'init', '--quiet', 'bare');

    await git(join(dir, 'bare'), 'fetch', '--quiet', '--depth', '1', url, lost);

    expect(await git(join(dir, 'bare'), 'show', 'FETCH_HEAD:a')).toBe('1');
  });

  it('asks for credentials', async () => {
    const url = await start({ auth: { username: 'pawl', password: 's3cret' } });

    await expect(git(dir, 'ls-remote', url)).rejects.toThrow(/could not read Username/);
    await expect(git(dir, 'ls-remote', url.replace('http://', 'http://pawl:s3cret@'))).resolves.toBeDefined();
  });

  it('counts requests and injects faults', async () => {
    const url = await start();
    server.setFault(({ path }) => (path.includes('info/refs') ? 503 : undefined));

    await expect(git(dir, 'ls-remote', url)).rejects.toThrow(/503/);
    server.setFault(() => 'drop');
    await expect(git(dir, 'ls-remote', url)).rejects.toThrow(/unable to access/);
    server.setFault(undefined);
    server.clearRequests();
    await git(dir, 'ls-remote', url);

    expect(server.requests).toEqual([
      { method: 'GET', path: '/home/cluster/info/refs?service=git-upload-pack' },
      { method: 'POST', path: '/home/cluster/git-upload-pack' },
    ]);
  });
});

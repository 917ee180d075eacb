import { describe, expect, it } from 'vitest';
import type { GithubApp } from '../../../../../activities/fetch/github-app.ts';
import { ensure, HOST_TOKEN, startHost } from '../../../../support/pull-requests.ts';

describe('nothing to merge', () => {
  it.each(['github', 'gitea', 'forgejo'] as const)(
    'is no pull request and no failure at %s',
    async (kind) => {
      await using host = await startHost(kind);
      host.merged.add('flux/image-updates');

      expect(await ensure(kind, host)).toBeUndefined();
      expect(host.pulls).toEqual([]);
    },
  );
});

describe('at GitHub', () => {
  it('403 with nothing left of the rate is a rest until it is given again', async () => {
    await using host = await startHost('github');
    const reset = Math.floor(Date.now() / 1000) + 600;
    host.intercept(() => ({
      status: 403,
      json: { message: 'API rate limit exceeded for installation ID 1.' },
      headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${reset}` },
    }));

    const error: unknown = await ensure('github', host).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'PullRequestFailed', nonRetryable: false });
    const { nextRetryDelay } = error as { nextRetryDelay: number };
    expect(nextRetryDelay).toBeGreaterThan(500_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(600_000);
  });

  it('the keys of an app are made a token of it', async () => {
    await using host = await startHost('github');
    const asked: string[] = [];
    const githubApp: GithubApp = {
      token: ({ data }) => {
        asked.push(Object.keys(data).join());
        return Promise.resolve({ token: HOST_TOKEN, expiresAt: Date.now() + 3_600_000 });
      },
    };
    const secret = { githubAppID: '1', githubAppInstallationID: '2', githubAppPrivateKey: 'key' };

    expect(await ensure('github', host, { secret, githubApp })).toMatchObject({ state: 'opened' });
    expect(
      await ensure(
        'github',
        { repositoryUrl: 'https://github.com/acme/fleet' },
        {
          secret: { ...secret, githubAppBaseURL: host.api },
          githubApp,
        },
      ),
    ).toMatchObject({ state: 'unchanged' });
    expect(asked).toHaveLength(2);
  });

  it('is told which version of the API is spoken', async () => {
    await using host = await startHost('github');
    const seen: string[] = [];
    host.intercept(({ method, path, query }) => {
      seen.push(`${method} ${path}?${query.toString()}`);
      return undefined;
    });

    await ensure('github', host);

    expect(seen).toEqual([
      'GET /repos/acme/fleet/pulls?state=open&head=acme%3Aflux%2Fimage-updates&base=main&per_page=100',
      'POST /repos/acme/fleet/pulls?',
    ]);
  });

  it('one that it says is there and never lists is a failure that may pass', async () => {
    await using host = await startHost('github');
    host.intercept(({ method }) => (method === 'GET' ? { status: 200, json: [] } : undefined));
    await ensure('github', host);

    await expect(ensure('github', host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: false,
      message: expect.stringContaining("from 'flux/image-updates' into 'main' is open, but lists none"),
    });
    expect(host.pulls).toHaveLength(1);
  });
});

describe('at GitLab', () => {
  it('no line of a body is a command', async () => {
    await using host = await startHost('gitlab');
    const body = '/merge\n  /assign @me\n| a |\n/label ~x\nno /close here\n/123\n\0/close';

    await ensure('gitlab', host, { body });
    const again = await ensure('gitlab', host, { body });

    expect(host.commands).toEqual([]);
    expect(again?.state).toBe('unchanged');
    expect(host.pulls[0]?.body).toContain(
      '\\/merge\n  \\/assign @me\n| a |\n\\/label ~x\nno /close here\n/123\n\\/close',
    );
  });

  it('a draft stays one', async () => {
    await using host = await startHost('gitlab');
    await ensure('gitlab', host);
    Object.assign(host.pulls[0] ?? {}, { title: 'Draft: Update app to 42' });

    expect((await ensure('gitlab', host))?.state).toBe('unchanged');
    expect((await ensure('gitlab', host, { title: 'Update app to 43' }))?.state).toBe('updated');
    expect(host.pulls[0]?.title).toBe('Draft: Update app to 43');
  });
});

describe('at Gitea', () => {
  it('one behind many others is found', async () => {
    await using host = await startHost('gitea');
    await ensure('gitea', host);
    for (let number = 2; number <= 170; number += 1) {
      host.pulls.push({
        number,
        title: 't',
        body: '',
        head: `branch-${number}`,
        base: 'main',
        state: 'open',
      });
    }

    expect(await ensure('gitea', host)).toMatchObject({ number: 1, state: 'unchanged' });
    const pages = host.requests
      .filter(({ method }) => method === 'GET')
      .map(({ query }) => query.get('page'));
    expect(pages).toEqual(['1', '1', '2', '3', '4']);
  });

  it('pages that never end are given up', async () => {
    await using host = await startHost('gitea');
    host.intercept(({ query }) => {
      const number = Number(query.get('page'));
      const side = { ref: 'other', repo_id: 1 };
      const pull = { number, html_url: 'http://h/', title: '', body: '', head: side, base: side };
      return { status: 200, json: [pull] };
    });

    await expect(ensure('gitea', host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      message: expect.stringContaining('open pull requests; close some'),
    });
    expect(host.requests).toHaveLength(40);
  });
});

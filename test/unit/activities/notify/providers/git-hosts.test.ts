import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tlsOf } from '../../../../../activities/fetch/http/credentials.ts';
import { SENDERS } from '../../../../../activities/notify/senders.ts';
import { COMMIT, commitEvent, type GitType, startGitRecipient } from '../../../../support/git-recipients.ts';
import { answering, deliveryOf, startNotifiedService } from '../../../../support/notified-service.ts';

const BASIC = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

type Host = 'github' | 'gitlab' | 'gitea' | 'bitbucket' | 'bitbucketserver' | 'azuredevops';

/** What is read first of a repository, and how its host knows whoever asks. */
const ASKED: Readonly<
  Record<Host, { readonly list: string; readonly token?: string; readonly shown: string }>
> = {
  github: { list: `/commits/${COMMIT}/statuses?per_page=100&page=1`, shown: 'Bearer T0ken' },
  gitlab: { list: `/repository/commits/${COMMIT}/statuses?name=n&per_page=100`, shown: 'Bearer T0ken' },
  gitea: { list: `/commits/${COMMIT}/statuses?page=1&limit=50`, shown: 'token T0ken' },
  bitbucket: { list: `/commit/${COMMIT}/statuses/build/`, token: 'me:T0ken', shown: BASIC('me:T0ken') },
  bitbucketserver: { list: `/commits/${COMMIT}/builds?key=`, shown: 'Bearer T0ken' },
  azuredevops: {
    list: `/commits/${COMMIT}/statuses?api-version=6.0&latestOnly=true`,
    shown: BASIC(':T0ken'),
  },
};

describe('where a status goes', () => {
  it.each<[Host, string, string]>([
    ['github', 'https://github.com/acme/fleet', 'https://api.github.com/repos/acme/fleet'],
    ['github', 'https://github.com/acme/fleet.git', 'https://api.github.com/repos/acme/fleet'],
    ['github', 'git@github.com:acme/fleet.git', 'https://api.github.com/repos/acme/fleet'],
    ['github', 'ssh://git@github.com/acme/fleet', 'https://api.github.com/repos/acme/fleet'],
    ['github', 'https://git.acme.test/acme/fleet', 'https://git.acme.test/api/v3/repos/acme/fleet'],
    [
      'gitlab',
      'https://gitlab.com/acme/a/b/fleet',
      'https://gitlab.com/api/v4/projects/acme%2Fa%2Fb%2Ffleet',
    ],
    ['gitlab', 'https://gitlab.com/15513', 'https://gitlab.com/api/v4/projects/15513'],
    ['gitea', 'ssh://git@git.acme.test:2222/acme/fleet', 'https://git.acme.test/api/v1/repos/acme/fleet'],
    [
      'bitbucket',
      'https://bitbucket.org/acme/fleet',
      'https://api.bitbucket.org/2.0/repositories/acme/fleet',
    ],
    [
      'bitbucketserver',
      'https://git.acme.test/scm/~me/fleet.git',
      'https://git.acme.test/rest/api/latest/projects/~me/repos/fleet',
    ],
    [
      'azuredevops',
      'https://dev.azure.com/acme/My%20Project/_git/fleet',
      'https://dev.azure.com/acme/My%20Project/_apis/git/repositories/fleet',
    ],
    [
      'azuredevops',
      'git@ssh.dev.azure.com:v3/acme/platform/fleet',
      'https://dev.azure.com/acme/platform/_apis/git/repositories/fleet',
    ],
    [
      'azuredevops',
      'https://acme.visualstudio.com/platform/_git/fleet',
      'https://acme.visualstudio.com/platform/_apis/git/repositories/fleet',
    ],
  ])('with %s and %s', async (type, address, repository) => {
    const { list, token = 'T0ken', shown } = ASKED[type];
    await using service = await startNotifiedService();
    service.answer = answering(503);
    const delivery = deliveryOf(type, { address, token }, commitEvent('info'), { commitStatus: 'n' });

    await expect(SENDERS[type]?.(service.deps, delivery)).rejects.toThrow(/HTTP 503/);

    expect(service.requests).toHaveLength(1);
    expect(service.requests[0]?.to.replace(/(?<=build\/|key=)[0-9a-f]{40}$/, '')).toBe(
      `${repository}${list}`,
    );
    expect(service.requests[0]?.headers.authorization).toBe(shown);
  });

  it.each<[GitType, string]>([
    ['github', 'https://github.com/acme/fleet/more'],
    ['gitea', 'https://git.acme.test/fleet'],
    ['bitbucket', 'https://bitbucket.org/acme/fleet/more'],
    ['bitbucketserver', 'https://git.acme.test/projects/acme/repos/fleet'],
    ['bitbucketserver', 'ssh://git@git.acme.test/scm/acme/fleet.git'],
    ['azuredevops', 'https://dev.azure.com/acme/platform/fleet'],
    ['azuredevops', 'https://dev.azure.com/acme/%2e%2e%2fadmin/_git/fleet'],
  ])('is nowhere with %s and %s', async (type, address) => {
    await using service = await startNotifiedService();
    const delivery = deliveryOf(type, { address, token: 'a:b' }, commitEvent('info'), { commitStatus: 'n' });

    await expect(SENDERS[type]?.(service.deps, delivery)).rejects.toMatchObject({
      type: 'NotificationDispatchFailed',
      nonRetryable: true,
      message: expect.stringContaining(`a provider of type ${type} has an address that`),
    });
    expect(service.requests).toEqual([]);
  });
});

describe('credentials', () => {
  it.each(['somebody', 'somebody:', ':CANARY', 'somebody:CANARY:more'])(
    'for Bitbucket are a user and a password: %s is neither',
    async (token) => {
      await using host = await startGitRecipient('bitbucket');

      await expect(host.deliver(commitEvent('info'), { token })).rejects.toMatchObject({
        nonRetryable: true,
        message: expect.stringContaining('has a token that is not <user>:<app password>'),
      });
    },
  );

  it.each(['github', 'gitlab', 'gitea'] as const)('for %s may be a password', async (type) => {
    await using host = await startGitRecipient(type);
    const { token: password = '' } = host.recipient;

    await host.deliver(commitEvent('info'), { token: '', password });

    expect(host.statuses).toHaveLength(1);
  });

  it('for Bitbucket Server may be a user and a password', async () => {
    await using service = await startNotifiedService();
    service.answer = answering(404);
    const recipient = {
      address: 'https://git.acme.test/scm/a/b.git',
      username: 'me',
      password: 'CANARY-1',
    };
    const delivery = deliveryOf('bitbucketserver', recipient, commitEvent('info'), { commitStatus: 'n' });

    await expect(SENDERS.bitbucketserver?.(service.deps, delivery)).rejects.toThrow(/HTTP 404/);

    expect(service.requests.map(({ headers }) => headers.authorization)).toEqual([
      BASIC('me:CANARY-1'),
      BASIC('me:CANARY-1'),
    ]);
    expect(service.requests[1]?.headers).toMatchObject({ 'x-atlassian-token': 'no-check' });
  });

  it('that Azure DevOps does not know lead to its page of signing in, which is no success', async () => {
    await using host = await startGitRecipient('azuredevops');
    host.intercept(() => ({ status: 203, json: '<html>Sign in</html>' }));

    await expect(host.deliver(commitEvent('info'))).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringContaining("the provider's token is wrong or has expired"),
    });
  });

  it('reach a server whose certificate the Secret knows', async () => {
    const file = (name: string) => readFileSync(`test/support/tls/${name}`);
    const tls = { cert: file('server.crt'), key: file('server.key') };
    await using host = await startGitRecipient('gitea', { tls });
    const known = tlsOf({ data: { 'ca.crt': file('ca.crt') }, where: 'the Secret' });

    await expect(host.deliver(commitEvent('info'))).rejects.toThrow(/is not trusted/);
    await host.deliver(commitEvent('info'), { tls: known });

    expect(host.statuses).toHaveLength(1);
  });
});

describe('a GitHub App', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });

  async function startAppHost(type: GitType) {
    const host = await startGitRecipient(type);
    const asked: string[] = [];
    host.intercept(({ path }) => {
      if (path === '/user')
        return { status: 403, json: { message: 'Resource not accessible by integration' } };
      if (!path.startsWith('/app/')) return undefined;
      asked.push(path);
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 201, json: { token: host.recipient.token, expires_at } };
    });
    host.user = { login: 'pawl[bot]', app: 42 };
    const secret = {
      githubAppID: Buffer.from('42'),
      githubAppInstallationID: Buffer.from('7'),
      githubAppPrivateKey: Buffer.from(pem),
      githubAppBaseURL: Buffer.from(host.api),
    };
    return Object.assign(host, { asked, own: { token: '', secret } });
  }

  it('sets statuses', async () => {
    await using host = await startAppHost('github');

    await host.deliver(commitEvent('info'), host.own);

    expect(host.asked).toEqual(['/app/installations/7/access_tokens']);
    expect(host.statuses).toHaveLength(1);
  });

  it('knows its comments, without asking who it is', async () => {
    await using host = await startAppHost('githubpullrequestcomment');
    const metadata = { change_request: '7' };
    const body =
      '<!-- flux-pr-comment-key:0d0c4c2e-7f4d-4a52-8f40-2f6d0a1f9f10/Kustomization/flux-system/apps -->';
    host.comments.push({ id: 90, pull: 7, author: 'other[bot]', app: 41, body });

    await host.deliver(commitEvent('info', { metadata }), host.own);
    await host.deliver(commitEvent('error', { metadata }), host.own);

    expect(host.comments.map(({ id, app }) => ({ id, app }))).toEqual([
      { id: 90, app: 41 },
      { id: 2, app: 42 },
    ]);
    expect(host.comments[1]?.body).toContain('⚠️');
  });

  it('whose keys are no good says so', async () => {
    await using host = await startAppHost('github');
    const secret = { ...host.own.secret, githubAppPrivateKey: Buffer.from('CANARY') };

    const error: unknown = await host
      .deliver(commitEvent('info'), { token: '', secret })
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable: true });
    expect((error as Error).message).toMatch(/githubAppPrivateKey/);
    expect(JSON.stringify(error)).not.toContain('CANARY');
  });
});

describe('a dispatch at GitHub', () => {
  it('starts workflows with the event', async () => {
    await using host = await startGitRecipient('githubdispatch');
    const event = commitEvent('error');

    await host.deliver(event);

    expect(host.dispatches).toEqual([
      { event_type: 'Kustomization/apps.flux-system', client_payload: event },
    ]);
  });

  it.each([
    [404, true],
    [422, true],
    [500, false],
  ])('fails with HTTP %i without the token', async (status, nonRetryable) => {
    await using host = await startGitRecipient('githubdispatch');
    host.intercept(() => ({ status, json: { message: 'no' } }));

    const error: unknown = await host.deliver(commitEvent('info')).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ type: 'NotificationDispatchFailed', nonRetryable });
    expect(JSON.stringify(error)).not.toContain('CANARY');
  });
});

describe('at GitLab', () => {
  it('a status that somebody else set in the meantime is no failure', async () => {
    await using host = await startGitRecipient('gitlab');
    const message = 'Cannot transition status via :drop from :failed (Reason(s): Status cannot transition)';
    host.intercept(({ method }) => (method === 'POST' ? { status: 400, json: { message } } : undefined));

    await expect(host.deliver(commitEvent('error'))).resolves.toBeUndefined();
  });
});

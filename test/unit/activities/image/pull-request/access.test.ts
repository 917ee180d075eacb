import { describe, expect, it } from 'vitest';
import { testCertificates } from '../../../../support/chart-server.ts';
import { startGitHost } from '../../../../support/git-host.ts';
import { ensure, HOST_TOKEN, HOSTS, startHost } from '../../../../support/pull-requests.ts';

describe.each(HOSTS)('a pull request at %s', (kind) => {
  it('goes to a server with a certificate of its own, by ca.crt', async () => {
    const { 'server.key': key, 'server.crt': cert, 'ca.crt': ca = Buffer.alloc(0) } = testCertificates();
    await using host = await startGitHost(kind, {
      repository: 'acme/fleet',
      token: HOST_TOKEN,
      tls: { key, cert },
    });
    expect(await ensure(kind, host, { secret: { token: HOST_TOKEN, 'ca.crt': ca } })).toMatchObject({
      state: 'opened',
    });
    await expect(ensure(kind, host)).rejects.toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: true,
      message: expect.stringContaining(
        "add that of its authority to secret 'flux-system/provider' as ca.crt",
      ),
    });
  });

  it('goes to the address of the Secret, also below a path', async () => {
    await using host = await startGitHost(kind, {
      repository: 'acme/fleet',
      token: HOST_TOKEN,
      below: '/git',
    });
    const secret = { token: `${HOST_TOKEN}\n`, address: `${host.api}/` };

    expect(await ensure(kind, host, { secret })).toMatchObject({ state: 'opened' });
    expect(
      await ensure(kind, { repositoryUrl: 'ssh://git@git.example.com/acme/fleet.git' }, { secret }),
    ).toMatchObject({ state: 'unchanged' });
  });

  it.each([
    [undefined, /'flux-system\/provider' of annotation pawl.dev\/pull-request-secret not found; create it/],
    [{}, /has no 'token'; put one for/],
    [{ token: ' \n' }, /has no 'token'/],
    [{ password: HOST_TOKEN }, /has no 'token'/],
    [{ token: `${HOST_TOKEN} x` }, /has a 'token' with white space/],
    [{ token: `${HOST_TOKEN}\r\nX-Evil: 1` }, /has a 'token' with white space/],
    [{ token: HOST_TOKEN, address: 'ftp://example.com' }, /has an 'address' that must be http/],
    [{ token: HOST_TOKEN, address: 'https://169.254.169.254/api/v1' }, /link-local or metadata/],
    [{ token: HOST_TOKEN, address: `https://me:${HOST_TOKEN}@example.com/` }, /holds a password/],
    [{ token: HOST_TOKEN, address: 'https://example.com/api?x=1' }, /has a query/],
    [{ token: HOST_TOKEN, 'ca.crt': 'no PEM' }, /without a PEM certificate/],
  ])('is not tried with a Secret like %j', async (secret, message) => {
    await using host = await startHost(kind);

    const error: unknown = await ensure(kind, host, { secret }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      type: 'PullRequestFailed',
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
    expect(String(error)).not.toContain(HOST_TOKEN);
    expect(host.requests).toEqual([]);
  });
});

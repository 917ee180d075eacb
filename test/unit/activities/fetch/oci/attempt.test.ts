import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../../../../../activities/fetch/http/client.ts';
import { HttpError, type HttpProblem } from '../../../../../activities/fetch/http/error.ts';
import { createAttempt } from '../../../../../activities/fetch/oci/attempt.ts';
import type { RegistryAccess } from '../../../../../activities/fetch/oci/contract.ts';

const NO_TLS = new HttpError('tls', 'no TLS connection (EPROTO)');

function failure(problem: HttpProblem): HttpError {
  return new HttpError(problem, `a problem of ${problem}`);
}

/** A registry without TLS, of which a question by TLS comes to this. */
function without(error: HttpError) {
  const asked: string[] = [];
  const client: HttpClient = {
    async request({ url }: HttpRequest) {
      asked.push(url.origin);
      if (url.protocol === 'https:') throw error;
      return { status: 200, headers: {}, body: Readable.from([]), url };
    },
    close: async () => undefined,
  };
  return { asked, attempt: createAttempt(client) };
}

function question(host: string, mayBePlain: NonNullable<RegistryAccess['mayBePlain']>) {
  const access = { host, origin: new URL(`https://${host}`), mayBePlain };
  return { access, repository: 'app', path: '/v2/app/tags/list', signal: AbortSignal.timeout(20_000) };
}

describe('a registry is asked in plain http', () => {
  it.each<[string, HttpError, string, NonNullable<RegistryAccess['mayBePlain']>]>([
    ['that is near and speaks no TLS', NO_TLS, 'near:5000', true],
    ['that is near and has nobody at the port of https', failure('network'), 'near', true],
    ['that is insecure and speaks no TLS', NO_TLS, 'far:5000', 'if needed'],
    ['that is insecure and has nobody at the port of https', failure('network'), 'far', 'if needed'],
    ['that is insecure and hangs up on TLS', failure('network'), 'far:5000', 'if needed'],
    ['that is insecure and waits for more', failure('timeout'), 'far:5000', 'if needed'],
  ])('%s, which is found out once', async (_name, error, host, mayBePlain) => {
    const { asked, attempt } = without(error);

    for (let times = 1; times <= 2; times += 1) {
      expect(await attempt(question(host, mayBePlain))).toMatchObject({ status: 200 });
    }

    expect(asked).toEqual([`https://${host}`, `http://${host}`, `http://${host}`]);
  });

  it.each<[string, HttpError, string, NonNullable<RegistryAccess['mayBePlain']>]>([
    ['that is far', NO_TLS, 'far:5000', false],
    ['that is near and answers nothing', failure('timeout'), 'near:5000', true],
    ['that is near and hangs up at a port of its own', failure('network'), 'near:5000', true],
    ['whose certificate is not trusted', failure('tls'), 'far:5000', 'if needed'],
    ['that sends to a forbidden address', failure('address'), 'far:5000', 'if needed'],
  ])('but none %s', async (_name, error, host, mayBePlain) => {
    const { asked, attempt } = without(error);

    await expect(attempt(question(host, mayBePlain))).rejects.toBe(error);
    expect(asked).toEqual([`https://${host}`]);
  });
});

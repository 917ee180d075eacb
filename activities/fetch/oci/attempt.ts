import type { HttpAnswer, HttpClient } from '../http/client.ts';
import { HttpError } from '../http/error.ts';
import { createAuthorizer } from './authorize.ts';
import type { Ask, Question } from './client.ts';
import type { RegistryAccess } from './contract.ts';

/** One question to a registry, with what it wants to see, and in plain http where it may speak that. */
export function createAttempt(client: HttpClient): Ask {
  const authorizer = createAuthorizer(client);
  // Few, as they are near; one that learns TLS is asked so after a restart.
  const plain = new Set<string>();

  async function attempt(question: Question): Promise<HttpAnswer> {
    const { access, repository, signal, path, accept, method } = question;
    const purpose = { access, scope: `repository:${repository}:pull`, signal };
    const url = new URL(path, access.origin);
    const headers = accept === undefined ? {} : { Accept: accept };
    const wanted = { url, headers, tls: access.tls, proxy: access.proxy, signal, ...(method && { method }) };
    let authorization = authorizer.known(purpose);
    if (authorization === undefined && access.basic) {
      const greeting = await client.request({
        ...wanted,
        url: new URL('/v2/', access.origin),
        method: 'GET',
      });
      if (greeting.status === 429) return greeting;
      greeting.body.destroy();
      authorization = await authorizer.introduce(purpose, greeting);
    }
    const answer = await client.request({ ...wanted, authorization });
    if (answer.status !== 401 || answer.url.origin !== access.origin.origin) return answer;
    answer.body.destroy();
    return await client.request({ ...wanted, authorization: await authorizer.answer(purpose, answer) });
  }

  return async (question) => {
    const { access } = question;
    const { origin } = access.origin;
    if (!access.mayBePlain || access.origin.protocol === 'http:') return await attempt(question);
    const inPlain = { ...question, access: { ...access, origin: plainOf(access.origin) } };
    if (plain.has(origin)) return await attempt(inPlain);
    try {
      return await attempt(question);
    } catch (error) {
      if (!isPlain(error, access)) throw error;
      const answer = await attempt(inPlain);
      plain.add(origin);
      return answer;
    }
  };
}

/** At its port, or at that of http where it names none. */
function plainOf({ host }: URL): URL {
  return new URL(`http://${host}`);
}

/** Whether nothing speaks TLS there: at a port of its own something answers, at that of https nothing need be. */
function isPlain(error: unknown, { origin, mayBePlain }: RegistryAccess): boolean {
  if (!(error instanceof HttpError)) return false;
  if (error.isNoTls || (origin.port === '' && error.problem === 'network')) return true;
  // Firewalls drop what goes to the port of https, and some servers wait for more than a greeting of TLS.
  return mayBePlain === 'if needed' && (error.problem === 'network' || error.problem === 'timeout');
}

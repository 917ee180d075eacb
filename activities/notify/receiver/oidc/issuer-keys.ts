import type { JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { readBody } from '../../../fetch/http/body.ts';
import { type HttpClient, successful } from '../../../fetch/http/client.ts';
import { RefusedHookError } from '../contract.ts';

/** What an issuer says of itself. */
export interface IssuerKeys {
  readonly keys: readonly JsonWebKey[];
  readonly algorithms: readonly string[];
}

const discovery = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https?$/ }),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
});
const jwks = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

const LIMIT = 1024 * 1024;
const FETCH_MS = 5_000;
// What OpenID Connect Discovery has an issuer sign with that names nothing.
const DEFAULT_ALGORITHMS = ['RS256'];

/** Asks an issuer for its keys: OpenID Connect Discovery 1.0, §4. Throws a {@link RefusedHookError} or an HttpError. */
export async function fetchIssuerKeys(client: HttpClient, issuer: string): Promise<IssuerKeys> {
  const signal = AbortSignal.timeout(FETCH_MS);
  const json = async (url: URL): Promise<unknown> => {
    const answer = successful(await client.request({ url, headers: { Accept: 'application/json' }, signal }));
    return JSON.parse((await readBody(answer, LIMIT)).toString());
  };
  const said = discovery.safeParse(
    await json(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)),
  );
  if (!said.success) throw new RefusedHookError('the issuer says of itself what no issuer says');
  const { issuer: name, jwks_uri, id_token_signing_alg_values_supported: algorithms } = said.data;
  if (name !== issuer) throw new RefusedHookError('the issuer says that it is another one');
  const url = new URL(jwks_uri);
  if (issuer.startsWith('https:') && url.protocol !== 'https:')
    throw new RefusedHookError('the issuer has its keys where they could be changed on the way');
  const found = jwks.safeParse(await json(url));
  if (!found.success) throw new RefusedHookError('the keys of the issuer cannot be read');
  return { keys: found.data.keys, algorithms: algorithms ?? DEFAULT_ALGORITHMS };
}

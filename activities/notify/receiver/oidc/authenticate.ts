import { CelError } from '../../../../api/formats/cel.ts';
import { celResult } from '../../../../api/formats/cel-value.ts';
import {
  type AuthenticateDeps,
  type Fields,
  type Hook,
  type Recipient,
  RefusedHookError,
} from '../contract.ts';
import type { ClaimRules } from '../expressions.ts';
import { readToken, type Token } from './token.ts';

// As notification-controller's API has it.
const DEFAULT_AUDIENCE = 'notification-controller';

/** The claims of the token that a webhook carries, once they are what its provider asks for. */
export async function authenticateOidc(
  { headers }: Hook,
  { receiver, expressions }: Recipient,
  { tokens }: AuthenticateDeps,
): Promise<Fields> {
  const token = bearerOf(headers);
  const { iss } = token.claims;
  const provider = receiver.spec.oidcProviders?.find(({ issuerURL }) => issuerURL === iss);
  if (!provider)
    throw new RefusedHookError('the token is of an issuer that spec.oidcProviders does not name');
  const { issuerURL: issuer, audience } = provider;
  const claims = await tokens.verify(token, { issuer, audience: audience || DEFAULT_AUDIENCE });
  const rules = expressions.rules.get(issuer);
  // Compiled are all of them; without one, whoever gets a token of the issuer would be let in.
  if (!rules) throw new RefusedHookError('the issuer has no validations');
  assertClaims(rules, claims);
  return claims;
}

/** Variables first, each of which sees those before it; then every validation, whose messages are told together. */
function assertClaims({ variables, validations }: ClaimRules, claims: Fields): void {
  const vars: Record<string, unknown> = {};
  // As they are, so that all numbers are doubles: as notification-controller reads JSON.
  const input = { claims: celResult(claims), vars: celResult(vars) };
  try {
    for (const { name, value } of variables) vars[name] = value(input);
    const failures = validations.filter(({ holds }) => !holds(input)).map(({ message }) => message);
    if (failures.length > 0) throw new RefusedHookError(`token validation failed: ${failures.join('; ')}`);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new RefusedHookError(`the claims cannot be held against spec.oidcProviders: ${error.message}`);
  }
}

/** Whether a webhook carries a token of Google for the account that pushes, and for this audience. */
export async function authenticateGcr(
  { headers }: Hook,
  { secret: { email, audience } }: Recipient,
  { tokens, googleIssuer }: AuthenticateDeps,
): Promise<void> {
  if (email === '' || audience === '')
    throw new RefusedHookError("the Secret of a gcr Receiver needs the fields 'email' and 'audience'");
  const issuerNames = [googleIssuer, googleIssuer.replace(/^https?:\/\//, '')];
  const claims = await tokens.verify(bearerOf(headers), { issuer: googleIssuer, issuerNames, audience });
  if (claims['email'] !== email || claims['email_verified'] !== true)
    throw new RefusedHookError('the token is of another account');
}

function bearerOf(headers: Headers): Token {
  const [, text] = /^Bearer\s+(\S+)\s*$/.exec(headers.get('authorization') ?? '') ?? [];
  if (text === undefined) throw new RefusedHookError('the Authorization header is missing or malformed');
  return readToken(text);
}

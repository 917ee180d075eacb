import { constants, createPublicKey, type JsonWebKey, type SigningOptions, verify } from 'node:crypto';
import { type Fields, RefusedHookError } from '../contract.ts';
import { readPayload } from '../payload.ts';

/** A JSON Web Token, taken apart; nothing of it is to be believed before {@link isSignedBy} says so. */
export interface Token {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Fields;
  /** What is signed, and with what. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

interface Algorithm {
  readonly keyType: 'RSA' | 'EC' | 'OKP';
  readonly curve?: string;
  readonly hash?: string;
  readonly isPss?: boolean;
}

/** Those with a public key: with a shared one, whoever knows the public one could sign. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: { keyType: 'RSA', hash: 'sha256' },
  RS384: { keyType: 'RSA', hash: 'sha384' },
  RS512: { keyType: 'RSA', hash: 'sha512' },
  PS256: { keyType: 'RSA', hash: 'sha256', isPss: true },
  PS384: { keyType: 'RSA', hash: 'sha384', isPss: true },
  PS512: { keyType: 'RSA', hash: 'sha512', isPss: true },
  ES256: { keyType: 'EC', curve: 'P-256', hash: 'sha256' },
  ES384: { keyType: 'EC', curve: 'P-384', hash: 'sha384' },
  ES512: { keyType: 'EC', curve: 'P-521', hash: 'sha512' },
  EdDSA: { keyType: 'OKP', curve: 'Ed25519' },
};

const LEAST_RSA_BITS = 2048;

/** Takes a compact token apart. Throws a {@link RefusedHookError}, also for algorithms that are not accepted. */
export function readToken(text: string): Token {
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part)))
    throw new RefusedHookError('the token is not a JWT');
  const [head = '', payload = '', signature = ''] = parts;
  const header = readPayload(Buffer.from(head, 'base64url'));
  const { alg, kid, crit } = header;
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg) || crit !== undefined)
    throw new RefusedHookError('the token is signed in a way that is not accepted');
  return {
    algorithm: alg,
    keyId: typeof kid === 'string' ? kid : undefined,
    claims: readPayload(Buffer.from(payload, 'base64url')),
    signed: Buffer.from(`${head}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Whether a key of the issuer may sign such a token, and did. A key that cannot be read did not. */
export function isSignedBy(jwk: JsonWebKey, { algorithm, signed, signature }: Token): boolean {
  const wanted = ALGORITHMS[algorithm];
  if (!wanted || !maySign(jwk, algorithm, wanted)) return false;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const isWeak =
      wanted.keyType === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS;
    return !isWeak && verify(wanted.hash ?? null, signed, { key, ...paddingOf(wanted) }, signature);
  } catch {
    return false;
  }
}

function maySign(jwk: JsonWebKey, algorithm: string, { keyType, curve }: Algorithm): boolean {
  if (jwk.kty !== keyType || (curve !== undefined && jwk.crv !== curve)) return false;
  return (jwk['use'] ?? 'sig') === 'sig' && (jwk['alg'] ?? algorithm) === algorithm;
}

function paddingOf({ keyType, isPss }: Algorithm): SigningOptions {
  if (keyType === 'EC') return { dsaEncoding: 'ieee-p1363' };
  if (!isPss) return {};
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

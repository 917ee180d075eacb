import { constants, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { type Loopback, startLoopback } from './loopback.ts';

type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA';

const HASHES: Readonly<Record<Algorithm, string | null>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  ES384: 'sha384',
  EdDSA: null,
};

/** A key of an issuer: what it publishes, and what it signs with. */
export interface IssuerKey {
  readonly jwk: JsonWebKey;
  token(claims: object, header?: object): string;
}

export function issuerKey(algorithm: Algorithm, kid: string = algorithm, bits = 2048): IssuerKey {
  const { publicKey, privateKey } = pair(algorithm, bits);
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm },
    token(claims, header = {}) {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${part({ alg: algorithm, typ: 'JWT', kid, ...header })}.${part(claims)}`;
      const isPss = algorithm === 'PS256';
      const padding = isPss && {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      };
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const, ...padding };
      return `${text}.${sign(HASHES[algorithm], Buffer.from(text), key).toString('base64url')}`;
    },
  };
}

function pair(algorithm: Algorithm, bits: number): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

export interface OidcIssuer extends AsyncDisposable {
  /** The name of the issuer, and where it is. */
  readonly url: string;
  readonly requests: Loopback['requests'];
  /** What it publishes; a test changes it. */
  keys: readonly JsonWebKey[];
  /** Some of its discovery document different. */
  says: object;
}

/** An issuer as OpenID Connect Discovery has them, on loopback. */
export async function startIssuer(keys: readonly IssuerKey[]): Promise<OidcIssuer> {
  const server = await startLoopback(({ path }) => {
    if (path === '/keys') return { json: { keys: issuer.keys } };
    if (path !== '/.well-known/openid-configuration') return undefined;
    const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'none', 'HS256'];
    const { url } = server;
    const json = {
      issuer: url,
      jwks_uri: `${url}/keys`,
      id_token_signing_alg_values_supported: algorithms,
      ...issuer.says,
    };
    return { json };
  });
  const issuer: OidcIssuer = {
    url: server.url,
    requests: server.requests,
    keys: keys.map(({ jwk }) => jwk),
    says: {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return issuer;
}

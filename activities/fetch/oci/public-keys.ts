import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { Reason } from '../../../api/reasons.ts';
import { failed } from '../../failures.ts';
import type { NamedSecret } from '../http/credentials.ts';

const SUFFIX = '.pub';
const KINDS: readonly (string | undefined)[] = ['ec', 'ed25519', 'rsa'];

/** The public keys of a Secret, of its keys that end in `.pub`. Throws VerificationError when it has none that can be read. */
export function publicKeysOf({ data, where }: NamedSecret): readonly KeyObject[] {
  const names = Object.keys(data).filter((name) => name.endsWith(SUFFIX));
  if (names.length === 0)
    throw unusable(`${where} has no public key; add one under a key that ends in ${SUFFIX}`);
  return names.map((name) => {
    const key = readKey(data[name] ?? Buffer.alloc(0));
    if (key) return key;
    throw unusable(`${where}: '${name}' is no public key in PEM (ECDSA, Ed25519 or RSA)`);
  });
}

/** Whether the signature is the key's, by the algorithms that cosign takes for each kind of key. */
export function isSignedBy(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  return hashesOf(key).some((hash) => verify(hash, data, key, signature));
}

function hashesOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly (string | null)[] {
  if (asymmetricKeyType === 'ed25519') return [null];
  // cosign long took SHA-256 for every key, and takes what fits the curve since.
  if (asymmetricKeyDetails?.namedCurve === 'secp384r1') return ['sha256', 'sha384'];
  if (asymmetricKeyDetails?.namedCurve === 'secp521r1') return ['sha256', 'sha512'];
  return ['sha256'];
}

function readKey(pem: Buffer): KeyObject | undefined {
  if (!/-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem.toString())) return undefined;
  try {
    const key = createPublicKey(pem);
    return KINDS.includes(key.asymmetricKeyType) ? key : undefined;
  } catch {
    return undefined; // the caller names the Secret
  }
}

function unusable(problem: string): Error {
  return failed(
    Reason.VerificationError,
    `failed to verify the signature using provider 'cosign': ${problem}`,
  );
}

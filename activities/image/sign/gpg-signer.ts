import type { PrivateKey } from 'openpgp';
import { messageOf } from '../../failures.ts';
import { rememberSecret } from '../../redact.ts';
import type { SignCommit, SigningKey } from './contract.ts';
import { keyFailure } from './key-failure.ts';

const KEY = 'git.asc';
const PASSPHRASE = 'passphrase';
const BEGIN = '-----BEGIN PGP PRIVATE KEY BLOCK-----';
const END = '-----END PGP PRIVATE KEY BLOCK-----';

/** A signer with the OpenPGP key of `git.asc`: the first private block of it, which may hold one key only. */
export async function gpgSigner({ data, secretName }: SigningKey): Promise<SignCommit> {
  const armored = data[KEY]?.toString();
  if (armored === undefined) {
    throw keyFailure(`signing key secret '${secretName}' does not contain a '${KEY}' key`);
  }
  const locked = await readKey(armored, secretName);
  const key = await unlock(locked, data[PASSPHRASE]?.toString(), secretName);
  await checkMaySign(key, secretName);
  // Large, and of no use to a worker without signing keys.
  const { createMessage, sign } = await import('openpgp');
  return async (payload) => {
    const message = await createMessage({ binary: payload });
    const signature = await sign({ message, signingKeys: key, detached: true, format: 'armored' });
    return signature.replaceAll('\r\n', '\n').trimEnd();
  };
}

async function readKey(armored: string, secretName: string): Promise<PrivateKey> {
  const { readPrivateKeys } = await import('openpgp');
  const begin = armored.indexOf(BEGIN);
  const end = armored.indexOf(END, begin);
  if (begin < 0 || end < 0) throw unreadable(secretName, 'it holds no armored private key');
  const block = armored.slice(begin, end + END.length);
  const keys = await readPrivateKeys({ armoredKeys: block }).catch((error: unknown) => {
    throw unreadable(secretName, messageOf(error));
  });
  const [key, ...others] = keys;
  if (key === undefined) throw unreadable(secretName, 'it holds no private key');
  if (others.length > 0) {
    throw keyFailure(
      `multiple entities read from secret '${secretName}', could not determine which signing key to use`,
    );
  }
  return key;
}

async function unlock(key: PrivateKey, passphrase: string | undefined, secretName: string) {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined) {
    const problem = `can not use passphrase protected signing key without '${PASSPHRASE}' field present in secret ${secretName}`;
    throw keyFailure(problem);
  }
  rememberSecret(passphrase);
  const { decryptKey } = await import('openpgp');
  return await decryptKey({ privateKey: key, passphrase }).catch((error: unknown) => {
    const problem = `could not decrypt private key of the signing key present in secret ${secretName}: ${messageOf(error)}`;
    throw keyFailure(problem);
  });
}

// An expired or revoked key would make signatures that nobody accepts.
async function checkMaySign(key: PrivateKey, secretName: string): Promise<void> {
  await key.getSigningKey().catch((error: unknown) => {
    const said = messageOf(error);
    // The library looks for a module that it does not bring along.
    const problem = /cannot find module/i.test(said)
      ? 'its curve is not supported; use Ed25519, NIST P-256, P-384 or P-521, or RSA'
      : said;
    throw keyFailure(`the key of secret '${secretName}' cannot sign: ${problem}`);
  });
}

function unreadable(secretName: string, problem: string): Error {
  return keyFailure(`could not read signing key from secret '${secretName}': ${problem}`);
}

import type { SignCommit, SigningKey, SigningOptions } from './contract.ts';
import { gpgSigner } from './gpg-signer.ts';
import { sshSigner } from './ssh-signer.ts';

/**
 * Reads the signing key of an ImageUpdateAutomation and answers what signs with it. A key that cannot sign is told
 * here, before anything is fetched: throws SourceManagerFailed, in the words of Flux where it has some.
 */
export async function commitSigner(key: SigningKey, options: SigningOptions): Promise<SignCommit> {
  return key.type === 'ssh' ? await sshSigner(key, options) : await gpgSigner(key);
}

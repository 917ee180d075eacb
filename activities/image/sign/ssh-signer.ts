import { ProcessError, type ProcessResult } from '../../process/run.ts';
import { rememberSecret } from '../../redact.ts';
import type { SignCommit, SigningKey, SigningOptions } from './contract.ts';
import { keyFailure } from './key-failure.ts';
import { openSshKeygen, type SshKeygen } from './ssh-keygen.ts';
import { sshKeyProblem } from './ssh-public-key.ts';

const KEY = 'identity';
const PASSPHRASE = 'password';

/** A signer with the SSH key of `identity`, by ssh-keygen; its signatures are those of `ssh-keygen -Y sign -n git`. */
export async function sshSigner(
  { data, secretName }: SigningKey,
  options: SigningOptions,
): Promise<SignCommit> {
  const identity = data[KEY];
  if (identity === undefined) {
    throw keyFailure(`signing key secret '${secretName}' does not contain an '${KEY}' key`);
  }
  const passphrase = data[PASSPHRASE]?.toString() || undefined;
  if (passphrase !== undefined) rememberSecret(passphrase);

  const asking = async (ask: (keygen: SshKeygen) => Promise<ProcessResult>): Promise<string> => {
    using keygen = openSshKeygen({ identity, passphrase, ...options });
    const { code, stdout, stderr } = await ask(keygen).catch(asKeyFailure);
    if (code === 0) return stdout.toString();
    if (passphrase === undefined && /incorrect passphrase/i.test(stderr)) {
      const problem = `can not use passphrase protected signing key without '${PASSPHRASE}' field present in secret ${secretName}`;
      throw keyFailure(problem);
    }
    throw unusable(secretName, wordsOf(stderr));
  };

  const publicKey = await asking((keygen) => keygen.publicKey());
  const problem = sshKeyProblem(publicKey);
  if (problem !== undefined) throw unusable(secretName, problem);
  return async (payload) => (await asking((keygen) => keygen.sign(publicKey, payload))).trimEnd();
}

/** What was stopped stays what it is. */
function asKeyFailure(error: unknown): never {
  throw error instanceof ProcessError ? keyFailure(error.message) : error;
}

function unusable(secretName: string, problem: string): Error {
  return keyFailure(`could not parse SSH signing key from secret '${secretName}': ${problem}`);
}

/** What ssh-keygen says, without where the key was. */
function wordsOf(stderr: string): string {
  const [said] =
    /(?:incorrect passphrase|invalid format|error in libcrypto|unsupported)[^\n"/]*/i.exec(stderr) ?? [];
  return said?.trim() ?? 'ssh-keygen cannot read it';
}

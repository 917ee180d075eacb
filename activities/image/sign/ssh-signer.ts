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

  const asking = async (...args: Parameters<SshKeygen>): Promise<Buffer> => {
    using keygen = openSshKeygen({ identity, passphrase, ...options });
    const { code, stdout, stderr } = await keygen.run(...args);
    if (code === 0) return stdout;
    if (/incorrect passphrase/i.test(stderr) && passphrase === undefined) {
      const problem = `can not use passphrase protected signing key without '${PASSPHRASE}' field present in secret ${secretName}`;
      throw keyFailure(problem);
    }
    throw unusable(secretName, wordsOf(stderr));
  };

  const problem = sshKeyProblem((await asking(['-y'])).toString());
  if (problem !== undefined) throw unusable(secretName, problem);
  return async (payload) => (await asking(['-Y', 'sign', '-n', 'git'], payload)).toString().trimEnd();
}

function unusable(secretName: string, problem: string): Error {
  return keyFailure(`could not parse SSH signing key from secret '${secretName}': ${problem}`);
}

/** What ssh-keygen says; not where the key was. */
function wordsOf(stderr: string): string {
  const said = stderr
    .split('\n')
    .filter((line) => /load key|couldn't load|passphrase|invalid|unknown|error/i.test(line))
    .map((line) => line.replace(/^.*(?:load key|load public key)\s+"[^"]*":\s*/i, '').trim());
  return said.at(-1) || 'ssh-keygen cannot use it';
}

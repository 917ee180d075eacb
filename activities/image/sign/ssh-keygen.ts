import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from '../../process/find-program.ts';
import { type ProcessResult, run } from '../../process/run.ts';
import type { SigningOptions } from './contract.ts';
import { keyFailure } from './key-failure.ts';

/** ssh-keygen with one private key. */
export interface SshKeygen extends Disposable {
  /** Its public half, as a line. */
  publicKey(): Promise<ProcessResult>;
  /** The armored signature of git's namespace; the public half belongs beside keys that do not hold it themselves. */
  sign(publicKey: string, payload: Buffer): Promise<ProcessResult>;
}

export interface SshKeygenOptions extends SigningOptions {
  readonly identity: Buffer;
  readonly passphrase: string | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_STDOUT = 64 * 1024;
const LIMITS = { memoryBytes: 256 * 1024 * 1024, fileBytes: 0, cpuSeconds: 20 };

const ASKPASS = `#!/bin/sh
cd "\${0%/*}" || exit 1
exec cat password
`;

/**
 * Puts a private key into a directory of its own for ssh-keygen; disposing of it removes both. The passphrase goes by
 * a program that ssh-keygen asks: a command line can be read by every process of the machine.
 * Throws SourceManagerFailed on a machine without ssh-keygen.
 */
export function openSshKeygen(options: SshKeygenOptions): SshKeygen {
  const { identity, passphrase, scratch, signal } = options;
  const program = findProgram('ssh-keygen');
  if (program === undefined) {
    throw keyFailure('ssh-keygen is not installed on the worker; install OpenSSH to sign with SSH keys');
  }
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(scratch, 'sign-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const key = join(directory, 'identity');
  try {
    // A key without its last line break is one that ssh cannot read.
    writeFileSync(key, Buffer.concat([identity, Buffer.from('\n')]), { mode: 0o600 });
    if (passphrase !== undefined) {
      writeFileSync(join(directory, 'askpass'), ASKPASS, { mode: 0o700 });
      writeFileSync(join(directory, 'password'), `${passphrase}\n`, { mode: 0o600 });
    }
  } catch (error) {
    remove();
    throw error;
  }
  const ask = (flags: readonly string[], input?: Buffer) =>
    run([program, ...flags, '-f', key], {
      cwd: directory,
      env: { ...environment(program, directory), ...(passphrase !== undefined && askpass(directory)) },
      ...(input && { input }),
      timeoutMs: TIMEOUT_MS,
      signal,
      maxStdout: MAX_STDOUT,
      limits: LIMITS,
    });
  return {
    // Without a passphrase to give, the empty one: the answer is the same, and nobody is asked.
    publicKey: () => ask(passphrase === undefined ? ['-y', '-P', ''] : ['-y']),
    sign(publicKey, payload) {
      writeFileSync(`${key}.pub`, publicKey, { mode: 0o600 });
      return ask(['-Y', 'sign', '-n', 'git'], payload);
    },
    [Symbol.dispose]: remove,
  };
}

function environment(program: string, directory: string): Record<string, string> {
  return { PATH: `${dirname(program)}:/usr/bin:/bin`, HOME: directory, TMPDIR: directory, LC_ALL: 'C' };
}

function askpass(directory: string): Record<string, string> {
  return { SSH_ASKPASS: join(directory, 'askpass'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' };
}

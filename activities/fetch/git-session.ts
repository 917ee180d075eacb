import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitConfig, sshConfig } from './git-config.ts';
import type { GitCredentials } from './git-credentials.ts';
import type { GitUrl } from './git-url.ts';

/** One attempt's use of git: a directory of its own, with its configuration and credentials in it. */
export interface GitSession extends Disposable {
  readonly url: GitUrl;
  /** HOME, TMPDIR and working directory of every git of the attempt. */
  readonly directory: string;
  /** Wall clock of each operation: `spec.timeout`. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface SessionOptions {
  /** Where the directory is made. */
  readonly scratch: string;
  readonly url: GitUrl;
  readonly credentials: GitCredentials;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const ABANDONED_MS = 60 * 60_000;
const PRIVATE = 0o600;

// git asks for a username, then a password. After a redirect it asks in the name of the new host: no answer.
const ASKPASS = `#!/bin/sh
cd "\${0%/*}" || exit 1
scheme=$(cat scheme) host=$(cat host)
case $1 in
  "Username for '$scheme://$host': ") exec cat username ;;
  "Password for '$scheme://"*"@$host': ") exec cat password ;;
  "Enter passphrase for "*"/identity'"*) exec cat password ;;
esac
exit 1
`;

// Started by simple-git in place of git, to which it hands over: bounds on the file size (512-byte blocks: a pack
// of 1 GiB) and the memory (KiB), and a process group, so that a stop also reaches what git has started.
const LAUNCHER = `ulimit -c 0 2>/dev/null
ulimit -f 2097152 2>/dev/null
ulimit -v 6291456 2>/dev/null
echo $$ >pid
command -v setsid >/dev/null && exec setsid git "$@"
exec git "$@"
`;

/**
 * Makes the directory of an attempt; disposing of it removes it, and with it the credentials. A few small files
 * are written without waiting: that takes a tenth of what the thread pool would.
 */
export function openGitSession(options: SessionOptions): GitSession {
  const { scratch, url, timeoutMs, signal } = options;
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(scratch, 'git-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (const [name, content] of filesOf(directory, options)) {
      writeFileSync(join(directory, name), content, { mode: name === 'askpass' ? 0o700 : PRIVATE });
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { url, directory, timeoutMs, signal, [Symbol.dispose]: remove };
}

type SessionFile = readonly [name: string, content: string | Buffer | undefined];

function filesOf(directory: string, { url, credentials, timeoutMs }: SessionOptions) {
  const { tls, ssh } = credentials;
  const files: readonly SessionFile[] = [
    ['.gitconfig', gitConfig(directory, url, credentials)],
    ['launch', LAUNCHER],
    ...askpassFiles(url, credentials),
    ['ca.crt', tls?.ca],
    ['tls.crt', tls?.cert],
    ['tls.key', tls?.key],
    // A key without its last line break is one that ssh cannot read.
    ['identity', ssh && Buffer.concat([ssh.identity, Buffer.from('\n')])],
    ['known_hosts', ssh?.knownHosts],
    ['ssh_config', ssh && sshConfig(directory, ssh.passphrase !== undefined, timeoutMs)],
  ];
  return files.filter((file): file is [string, string | Buffer] => file[1] !== undefined);
}

function askpassFiles(url: GitUrl, { basic, ssh }: GitCredentials): readonly SessionFile[] {
  const password = basic?.password ?? ssh?.passphrase;
  if (password === undefined) return [];
  return [
    ['askpass', ASKPASS],
    ['scheme', url.protocol],
    ['host', url.origin.slice(url.protocol.length + 3)],
    ['username', basic && `${basic.username}\n`],
    ['password', `${password}\n`],
  ];
}

/** Removes the directories, and so the credentials, that attempts of killed processes left behind. */
export async function removeAbandonedSessions(scratch: string): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    const found = await stat(join(scratch, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) {
      await rm(join(scratch, name), { recursive: true, force: true });
    }
  }
}

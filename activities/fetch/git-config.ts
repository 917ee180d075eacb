import type { GitCredentials } from './git-credentials.ts';
import type { GitUrl } from './git-url.ts';

type Setting = readonly [key: string, value: string];

/**
 * All of git's configuration, as the text of `$HOME/.gitconfig` in the attempt's own directory. A file
 * instead of `-c`: a command line is readable by every process of the machine, and this holds credentials.
 */
export function gitConfig(directory: string, url: GitUrl, credentials: GitCredentials): string {
  const settings = [...FIXED, ...(url.protocol === 'ssh' ? SSH : httpSettings(directory, credentials))];
  const scoped: readonly Setting[] =
    credentials.bearerToken === undefined
      ? []
      : [[`http.${url.origin}/.extraHeader`, `Authorization: Bearer ${credentials.bearerToken}`]];
  return [...settings, ...scoped].map(line).join('');
}

const FIXED: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'false'],
  ['core.protectNTFS', 'true'],
  ['core.protectHFS', 'true'],
  ['credential.helper', ''],
  ['transfer.fsckObjects', 'true'],
  ['transfer.bundleURI', 'false'],
  // Old tools wrote these; they are odd, and harm nobody.
  ...[
    'zeroPaddedFilemode',
    'missingSpaceBeforeDate',
    'badTimezone',
    'missingTaggerEntry',
    'badDateOverflow',
  ].map((id): Setting => [`fetch.fsck.${id}`, 'ignore']),
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // GIT_ALLOW_PROTOCOL says the same; this stays should somebody drop it.
  ['protocol.allow', 'never'],
  ['protocol.http.allow', 'always'],
  ['protocol.https.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  // The mirrors may lie on a volume of another user; git is told where they are and never looks for one.
  ['safe.directory', '*'],
  ['advice.detachedHead', 'false'],
];

// The shell that git starts for it expands HOME, so that the directory may have any name.
const SSH: readonly Setting[] = [
  [
    'core.sshCommand',
    'SSH_ASKPASS="$HOME/askpass" SSH_ASKPASS_REQUIRE=force DISPLAY=none ssh -F "$HOME/ssh_config"',
  ],
  ['ssh.variant', 'ssh'],
];

function httpSettings(directory: string, { basic, bearerToken, tls }: GitCredentials): readonly Setting[] {
  return [
    ...(basic ? ([['core.askPass', `${directory}/askpass`]] as const) : []),
    // git repeats a header of its configuration to whoever it is redirected to; a password it asks for anew.
    ['http.followRedirects', bearerToken === undefined ? 'initial' : 'false'],
    ...(tls?.ca ? ([['http.sslCAInfo', `${directory}/ca.crt`]] as const) : []),
    ...(tls?.cert ? ([['http.sslCert', `${directory}/tls.crt`]] as const) : []),
    ...(tls?.key ? ([['http.sslKey', `${directory}/tls.key`]] as const) : []),
  ];
}

// `section.subsection.name`: the section ends at the first dot, the name begins after the last.
function line([key, value]: Setting): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  const subsection = first === last ? '' : ` ${quoted(key.slice(first + 1, last))}`;
  return `[${key.slice(0, first)}${subsection}]\n\t${key.slice(last + 1)} = ${quoted(value)}\n`;
}

function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new Error('a line break in a value of the git configuration');
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/**
 * The configuration of ssh: only this identity, only these hosts, never a question. `askpass` answers for
 * the identity's passphrase, so batch mode, which forbids asking it, is on only where there is none.
 */
export function sshConfig(directory: string, hasPassphrase: boolean, timeoutMs: number): string {
  const path = (name: string) => `"${`${directory}/${name}`.replaceAll('%', '%%')}"`;
  return [
    `BatchMode ${hasPassphrase ? 'no' : 'yes'}`,
    'StrictHostKeyChecking yes',
    `UserKnownHostsFile ${path('known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'UpdateHostKeys no',
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `IdentityFile ${path('identity')}`,
    'PreferredAuthentications publickey',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'NumberOfPasswordPrompts 1',
    'ForwardAgent no',
    'ForwardX11 no',
    'ClearAllForwardings yes',
    'PermitLocalCommand no',
    'ControlMaster no',
    `ConnectTimeout ${Math.max(1, Math.ceil(timeoutMs / 1000))}`,
    '',
  ].join('\n');
}

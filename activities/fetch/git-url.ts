import { Reason } from '../../api/reasons.ts';
import { failed, stalled } from '../failures.ts';
import { hostProblem } from './http/host.ts';

/** Where a repository is: parsed once, so that no other module reads `spec.url` its own way. */
export interface GitUrl {
  readonly protocol: 'http' | 'https' | 'ssh';
  /** What git is given: normalised, without credentials. */
  readonly href: string;
  /** `scheme://host[:port]`: the only place where the credentials may go. */
  readonly origin: string;
}

const LONGEST_URL = 2048;
const LONGEST_REF = 1024;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;
const SSH_USER = 'git';

/**
 * Reads `spec.url` by our rules instead of git's: only http, https and ssh, a plain host, nothing that a
 * command line, a credential prompt or a remote shell could read differently.
 * Throws a stalled URLInvalid; the URL itself stays out of the message, since it may hold a password.
 */
export function checkGitUrl(url: string): GitUrl {
  if (url.length > LONGEST_URL) throw invalid(`is longer than ${LONGEST_URL} characters`);
  if (hasControl(url) || /\s/.test(url)) throw invalid('holds white space or control characters');
  if (!/^(https?|ssh):\/\/[^/?#\\]/i.test(url)) {
    throw invalid(
      'must be http://, https:// or ssh:// with a host; write git@host:path as ssh://git@host/path',
    );
  }
  const parsed = parse(url);
  const protocol = parsed.protocol.slice(0, -1);
  const problem = hostProblem(parsed.hostname);
  if (problem !== undefined) throw invalid(problem);
  if (parsed.password !== '')
    throw invalid('holds a password; put it into a Secret and name it in spec.secretRef');
  if (parsed.hash !== '') throw invalid('holds a fragment (#)');
  checkPath(parsed);
  const host = `${parsed.hostname}${parsed.port && `:${parsed.port}`}`;
  return protocol === 'ssh'
    ? sshUrl(parsed, host)
    : httpUrl(parsed, protocol === 'http' ? 'http' : 'https', host);
}

/**
 * Checks the name of a branch, tag or full ref: a port of `git check-ref-format --allow-onelevel`.
 * Throws GitOperationFailed, so that git never starts with a name it could read as an option or a revision.
 */
export function checkRefName(field: string, name: string): string {
  const bad =
    name === '' ||
    name.length > LONGEST_REF ||
    name === '@' ||
    hasControl(name) ||
    /^[-/]|[/.]$|\/\/|\.\.|@\{|[ ~^:?*[\\]/.test(name) ||
    name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock') || part.startsWith('-'));
  if (bad) throw badRef(field, name, 'is no valid git reference name');
  return name;
}

/** Checks `spec.ref.name`: a full reference, or HEAD. */
export function checkFullRefName(name: string): string {
  if (name === 'HEAD') return name;
  if (!/^refs\/./.test(name)) throw badRef('spec.ref.name', name, 'must start with refs/');
  return checkRefName('spec.ref.name', name);
}

/** Checks a full commit id: abbreviations would be resolved by whoever can make a colliding object. */
export function checkCommit(commit: string): string {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) {
    throw badRef('spec.ref.commit', commit, 'is no full commit id (40 or 64 lower-case hex digits)');
  }
  return commit;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw invalid('does not parse as a URL');
  }
}

function sshUrl(parsed: URL, host: string): GitUrl {
  // go-git's default, and so Flux's; OpenSSH would take the name of the worker's own user.
  const user = parsed.username === '' ? SSH_USER : parsed.username;
  if (!USER.test(user)) throw invalid('has a user with unusual characters');
  if (parsed.search !== '') throw invalid('holds a query (?)');
  return { protocol: 'ssh', href: `ssh://${user}@${host}${parsed.pathname}`, origin: `ssh://${host}` };
}

function httpUrl(parsed: URL, protocol: 'http' | 'https', host: string): GitUrl {
  // A user alone (as Azure DevOps writes its URLs) says nothing that the Secret does not say better.
  const origin = `${protocol}://${host}`;
  return { protocol, href: `${origin}${parsed.pathname}${parsed.search}`, origin };
}

function checkPath({ pathname, search, protocol }: URL): void {
  const decoded = decode(pathname + search);
  if (decoded === undefined || hasControl(decoded)) throw invalid('holds escaped control characters');
  if (pathname === '/' || pathname === '') throw invalid('names no repository: the path is empty');
  // What follows the host of an ssh URL reaches a shell on the other side.
  if (protocol === 'ssh:' && /['"`$\\;&|<>(){}!*?]/.test(decoded)) {
    throw invalid('has a path with characters that a shell would read');
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function invalid(problem: string): Error {
  return stalled(Reason.URLInvalid, `spec.url ${problem}; correct the URL`);
}

function badRef(field: string, name: string, problem: string): Error {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  return failed(Reason.GitOperationFailed, `${field} ${shown} ${problem}; correct the reference`);
}

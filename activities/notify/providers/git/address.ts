import { messageOf } from '../../../failures.ts';
import { checkGitUrl, type GitUrl } from '../../../fetch/git-url.ts';
import type { Recipient } from '../../contract.ts';
import { misconfigured, needed } from '../needed.ts';

const SCP = /^([\w.-]+@[\w.-]+):(?!\/\/)\/?(.+)$/;

/** The repository that a Provider's address names: by http, https, ssh or as `git@host:owner/name`. Throws failed. */
export function repositoryUrl(recipient: Recipient): GitUrl {
  const address = needed(recipient, 'address').trim();
  try {
    return checkGitUrl(address.replace(SCP, 'ssh://$1/$2'));
  } catch (error) {
    throw misconfigured(recipient, `has an address that ${messageOf(error).replace(/^spec\.url /, '')}`);
  }
}

/** What stands between the slashes of a path, as it is written there; undefined when it could mean another path. */
export function segmentsOf({ href }: GitUrl): readonly string[] | undefined {
  const path = new URL(href).pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  const segments = path.split('/');
  return segments.every(isPlain) ? segments : undefined;
}

function isPlain(segment: string): boolean {
  const text = decodeURIComponent(segment);
  return text !== '' && !/^\.+$/.test(text) && !/[/\\?#]/.test(text);
}

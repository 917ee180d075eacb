import { hostProblem } from './host.ts';

const LONGEST_URL = 2048;

/** Reads a tenant's http or https URL; answers what is wrong with it otherwise, in words that do not repeat it (it may hold a password). */
export function readHttpUrl(text: string): URL | string {
  if (text.length > LONGEST_URL) return `is longer than ${LONGEST_URL} characters`;
  if (/[\p{Cc}\s]/u.test(text)) return 'holds white space or control characters';
  if (!/^https?:\/\/[^/?#\\]/i.test(text)) return 'must be http:// or https:// with a host';
  if (!URL.canParse(text)) return 'does not parse as a URL';
  const url = new URL(text);
  const problem = hostProblem(url.hostname);
  if (problem !== undefined) return problem;
  if (url.password !== '') return 'holds a password; put it into a Secret and name it in spec.secretRef';
  url.username = '';
  url.hash = '';
  return url;
}

/** A URL as messages show it: without user, password and query, which may be a signature. */
export function shownUrl(url: URL | string): string {
  if (typeof url === 'string' && !URL.canParse(url)) return '(no URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

import type { HttpAnswer } from '../http/client.ts';
import { HttpError } from '../http/error.ts';

const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"([^"]*)"|([^\s;,"]*)))?/g;

/**
 * Where a list of tags goes on after this page: at the server that answered, and with the same list, whatever scheme the
 * registry believes to have behind its proxies. Undefined after the last page. Throws an {@link HttpError} when
 * that cannot be told: half a list would look like tags that are gone.
 */
export function nextPage({ headers, url }: HttpAnswer, list: string): string | undefined {
  const links = headers['link'];
  const text = Array.isArray(links) ? links.join(', ') : (links ?? '');
  if (text.trim() === '') return undefined;
  const found = [...text.matchAll(LINK)].map(([, target = '', parameters = '']) => ({
    target,
    rel: relOf(parameters),
  }));
  // Registries mean the next page with it, and some do not say so.
  const next = found.find(({ rel }) => isNext(rel)) ?? found.find(({ rel }) => rel === undefined);
  if (next === undefined && found.length > 0) return undefined;
  if (next === undefined || !URL.canParse(next.target, url.href)) {
    throw new HttpError('content', 'the list of tags goes on, but its Link header cannot be read');
  }
  const { host, pathname, search } = new URL(next.target, url);
  if (host !== url.host || ![list, url.pathname].includes(pathname)) {
    throw new HttpError('address', 'the list of tags goes on at another address, which is not followed');
  }
  return `${url.origin}${pathname}${search}`;
}

function relOf(parameters: string): string | undefined {
  for (const [, name, quoted, plain] of parameters.matchAll(PARAMETER)) {
    if (name?.toLowerCase() === 'rel') return quoted ?? plain;
  }
  return undefined;
}

function isNext(rel: string | undefined): boolean {
  return rel?.toLowerCase().split(/\s+/).includes('next') ?? false;
}

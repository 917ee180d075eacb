import { z } from 'zod';
import { readBody } from '../http/body.ts';
import { type HttpAnswer, successful } from '../http/client.ts';
import { HttpError } from '../http/error.ts';
import type { Ask } from './client.ts';
import type { RegistryRequest } from './contract.ts';
import { isTag } from './reference.ts';

const PAGE = 1000;
const LARGEST_PAGE = 8 * 1024 * 1024;
const MOST_PAGES = 1000;
const MOST_TAGS = 100_000;

const page = z.object({ tags: z.array(z.string()).nullable().optional() });

/** Reads all pages of a repository's tags; what is no tag is left out. Throws an {@link HttpError} for pages without an end. */
export async function readTags(ask: Ask, request: RegistryRequest): Promise<readonly string[]> {
  const first = `/v2/${request.repository}/tags/list`;
  const tags = new Set<string>();
  const asked = new Set<string>();
  let next: string | undefined = `${first}?n=${PAGE}`;
  while (next !== undefined) {
    if (asked.has(next)) throw endless('repeats itself');
    asked.add(next);
    if (asked.size > MOST_PAGES) throw endless(`has more than ${MOST_PAGES} pages`);
    const answer = successful(await ask({ ...request, path: next }));
    for (const tag of tagsOf(await readBody(answer, LARGEST_PAGE))) tags.add(tag);
    if (tags.size > MOST_TAGS) throw endless(`has more than ${MOST_TAGS} tags`);
    next = nextPath(answer, first);
  }
  return [...tags];
}

function tagsOf(body: Buffer): string[] {
  const read = page.safeParse(jsonOf(body));
  if (!read.success) throw new HttpError('content', 'the registry answers something that is no list of tags');
  return (read.data.tags ?? []).filter(isTag);
}

/** The path of the page that a `Link` names; only the same list of the same registry is followed. */
function nextPath({ headers, url }: HttpAnswer, list: string): string | undefined {
  const links = headers['link'];
  const text = Array.isArray(links) ? links.join(', ') : (links ?? '');
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(text)?.[1];
  if (target === undefined || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  if (next.origin !== url.origin || next.pathname !== list) {
    throw new HttpError('address', 'the list of tags goes on at another address, which is not followed');
  }
  return `${next.pathname}${next.search}`;
}

function endless(what: string): HttpError {
  return new HttpError('content', `the list of tags ${what}`);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // which is no list either
  }
}

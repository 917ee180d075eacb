import { z } from 'zod';
import { readBody } from '../http/body.ts';
import { successful } from '../http/client.ts';
import { HttpError } from '../http/error.ts';
import type { Ask } from './client.ts';
import type { RegistryRequest } from './contract.ts';
import { nextPage } from './next-page.ts';
import { isTag } from './reference.ts';

const PAGE = 1000;
// Some registries answer all tags at once, however many are asked for.
const LARGEST_PAGE = 16 * 1024 * 1024;
const MOST_PAGES = 1000;
const MOST_TAGS = 100_000;
// A few may be told twice, where tags are pushed or removed meanwhile.
const MOST_IDLE_PAGES = 10;

const answered = z.object({ tags: z.array(z.string()).nullable().optional() });

/**
 * Reads all pages of a repository's tags; what is no tag is left out. Throws an {@link HttpError} for pages without an
 * end, and where it cannot be told how the list goes on: half a list would look like tags that are gone.
 */
export async function readTags(ask: Ask, request: RegistryRequest): Promise<readonly string[]> {
  const first = `/v2/${request.repository}/tags/list`;
  const tags = new Set<string>();
  const asked = new Set<string>();
  let next: string | undefined = `${first}?n=${PAGE}`;
  let idle = 0;
  while (next !== undefined) {
    if (asked.has(next)) throw endless('repeats itself');
    asked.add(next);
    if (asked.size > MOST_PAGES) throw endless(`has more than ${MOST_PAGES} pages`);
    const answer = successful(await ask({ ...request, path: next }));
    const page = tagsOf(await readBody(answer, LARGEST_PAGE));
    const known = tags.size;
    for (const tag of page) tags.add(tag);
    if (tags.size > MOST_TAGS) throw endless(`has more than ${MOST_TAGS} tags`);
    next = nextPage(answer, first);
    // One that is empty may be of tags that were removed.
    if (page.length > 0) idle = tags.size === known ? idle + 1 : 0;
    if (next !== undefined && idle > MOST_IDLE_PAGES) throw endless('repeats itself');
  }
  return [...tags];
}

function tagsOf(body: Buffer): string[] {
  const read = answered.safeParse(jsonOf(body));
  if (!read.success) throw new HttpError('content', 'the registry answers something that is no list of tags');
  return (read.data.tags ?? []).filter(isTag);
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

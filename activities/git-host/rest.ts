import type { IncomingHttpHeaders } from 'node:http';
import { readBody } from '../fetch/http/body.ts';
import type { Authorization, HttpAnswer, HttpClient, TlsAccess } from '../fetch/http/client.ts';
import { HttpError, restOf, retryAfter } from '../fetch/http/error.ts';
import type { ProxyAccess } from '../fetch/http/proxy.ts';
import { ProviderError } from './provider-error.ts';

/** JSON over HTTP with one provider, about one repository. Throws a {@link ProviderError} or an HttpError. */
export interface Rest {
  get(path: string, query: Readonly<Record<string, string>>): Promise<RestAnswer>;
  send(method: 'POST' | 'PATCH' | 'PUT', path: string, content: object): Promise<unknown>;
}

export interface RestAnswer {
  readonly content: unknown;
  readonly headers: IncomingHttpHeaders;
}

export interface RestOptions {
  readonly client: HttpClient;
  /** Without a slash at its end. */
  readonly api: string;
  readonly authorization: Authorization;
  readonly tls: TlsAccess | undefined;
  readonly proxy?: ProxyAccess | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Asked right before each request that writes. Throws when this attempt must not write any more. */
  readonly assertMayWrite?: () => void;
}

// Lists hold whole descriptions.
const LARGEST_ANSWER = 16 * 1024 * 1024;
const LARGEST_REFUSAL = 64 * 1024;
const LONGEST_SAID = 300;

export function createRest({ client, api, headers, assertMayWrite, ...access }: RestOptions): Rest {
  async function ask(url: URL, writing: { method?: 'POST' | 'PATCH' | 'PUT'; body?: string }) {
    const type = writing.body === undefined ? {} : { 'Content-Type': 'application/json' };
    const wanted = {
      ...access,
      ...writing,
      url,
      headers: { Accept: 'application/json', ...headers, ...type },
    };
    const answer = await client.request(wanted);
    if (isSuccess(answer)) return answer;
    throw await refusal(answer);
  }

  return {
    async get(path, query) {
      const url = new URL(`${api}${path}`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const answer = await ask(url, {});
      return { content: await readJson(answer), headers: answer.headers };
    },
    async send(method, path, content) {
      assertMayWrite?.();
      return await readJson(await ask(new URL(`${api}${path}`), { method, body: JSON.stringify(content) }));
    },
  };
}

/** Azure DevOps sends who shows a bad token to its page of signing in, by a 203. */
function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300 && status !== 203;
}

/** Undefined when the server answers nothing. */
async function readJson(answer: HttpAnswer): Promise<unknown> {
  const text = (await readBody(answer, LARGEST_ANSWER)).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(
      'content',
      "the server answers no JSON; set 'address' in the Secret to the base URL of its API",
    );
  }
}

async function refusal(answer: HttpAnswer): Promise<ProviderError> {
  const { status, headers } = answer;
  // Only for its words: what cannot be read is as good as none.
  const body = await readBody(answer, LARGEST_REFUSAL).catch(() => Buffer.alloc(0));
  return new ProviderError(status, saidOf(body.toString()), { ...busy(status, headers, Date.now()) });
}

/** The words of a refusal: GitHub and Gitea write `message` and `errors`, GitLab `message`, `error`, `error_description`. */
function saidOf(text: string): string {
  try {
    const words = wordsOf(JSON.parse(text)).join('; ').replace(/\s+/g, ' ');
    return words.length > LONGEST_SAID ? `${words.slice(0, LONGEST_SAID)}…` : words;
  } catch {
    return '';
  }
}

const SAYING = ['message', 'error', 'error_description', 'errors'];
const DEEPEST = 4;

function wordsOf(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((part) => wordsOf(part, depth + 1));
  const entries = Object.entries(value);
  const saying = entries.filter(([key]) => SAYING.includes(key));
  const parts = depth === 0 || saying.length > 0 ? saying : entries;
  const words = [...new Set(parts.flatMap(([, part]) => wordsOf(part, depth + 1)))];
  // Which field of what is wrong, and how, belongs together.
  return depth === 0 || words.length === 0 ? words : [words.join(' ')];
}

/** GitHub also says 403 to who asks too often, with the headers that tell until when. */
function busy(status: number, headers: IncomingHttpHeaders, now: number) {
  const told = retryAfter(headers['retry-after'], now);
  if (status !== 429 && status !== 403) return { retryAfterMs: told };
  if (headers['retry-after'] !== undefined) return { isBusy: true, retryAfterMs: told };
  if (headers['x-ratelimit-remaining'] !== '0') return { isBusy: status === 429 };
  return { isBusy: true, retryAfterMs: restOf(Number(headers['x-ratelimit-reset']) * 1000 - now) };
}

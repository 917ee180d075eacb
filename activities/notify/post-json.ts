import { Reason } from '../../api/reasons.ts';
import { failed, transient } from '../failures.ts';
import { readBody } from '../fetch/http/body.ts';
import { type HttpAnswer, type HttpRequest, successful } from '../fetch/http/client.ts';
import { basicHeader } from '../fetch/http/credentials.ts';
import { HttpError } from '../fetch/http/error.ts';
import { readHttpUrl } from '../fetch/http/url.ts';
import { rememberSecret } from '../redact.ts';
import { canonicalHeaders } from './canonical-headers.ts';
import type { Delivery, SenderDeps } from './contract.ts';

/** One request to a service. */
export interface Post {
  /** How messages name the service, such as `Slack`. */
  readonly service: string;
  /** http or https; a user and a password in it become an Authorization. */
  readonly address: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Text and bytes go as they are, anything else as JSON; nothing without it. */
  readonly body?: string | Buffer | object | undefined;
  /** `application/json` when left out. */
  readonly contentType?: string;
  /** Those of the connection itself are left out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of the Authorization header; no other origin gets it. */
  readonly authorization?: string | undefined;
  /** What the service says of its refusal, taken out of the body of that answer: words of the service, and short. */
  readonly explain?: (status: number, text: string) => string | undefined;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  /** At most 64 KiB of the body; empty when there was more or it broke off. */
  readonly text: string;
}

const LONGEST_ANSWER = 64 * 1024;
const LONGEST_EXPLANATION = 300;

/**
 * Sends one request and answers what a 2xx brought, through the recipient's proxy and with its TLS material, within the
 * delivery's signal. Throws NotificationDispatchFailed: transient for what may pass by itself, with the wait that the
 * server asks for; failed for what a change of the Provider has to mend. Messages name neither address nor credentials.
 */
export async function postJson(
  { http }: SenderDeps,
  { recipient, signal }: Pick<Delivery, 'recipient' | 'signal'>,
  post: Post,
): Promise<PostAnswer> {
  const { url, basic } = readAddress(post);
  const body = bodyOf(post.body);
  const headers = headersOf(post);
  // One that is named goes before the user and the password of the address.
  const header = post.authorization ?? (headers['Authorization'] === undefined ? basic : undefined);
  const wanted: HttpRequest = {
    url,
    method: post.method ?? 'POST',
    headers,
    authorization: header === undefined ? undefined : { header, origin: url.origin },
    tls: recipient.tls,
    proxy: recipient.proxy,
    body,
    // The Provider's timeout may be longer than that of other requests.
    headersMs: 0,
    signal,
  };
  try {
    const answer = await http.request(wanted);
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, post);
    return { status: answer.status, headers: answer.headers, text: await textOf(answer) };
  } catch (error) {
    throw dispatchFailure(post.service, error);
  }
}

/** What an error of a request to a service means for the delivery; what is no {@link HttpError} passes as it is. */
export function dispatchFailure(service: string, error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  const message = `${service}: ${error.message}`;
  // A certificate may be renewed where it is, without a change of the Provider.
  if (!error.mayPass && error.problem !== 'tls') return failed(Reason.NotificationDispatchFailed, message);
  const { retryAfterMs } = error;
  return transient(
    Reason.NotificationDispatchFailed,
    message,
    retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, LONGEST_REST_MS) },
  );
}

// A server may not put a message off for longer than this.
const LONGEST_REST_MS = 60 * 60_000;

// They are the connection's: whoever names one would break it.
const OWN: ReadonlySet<string> = new Set([
  'Connection',
  'Content-Length',
  'Expect',
  'Host',
  'Keep-Alive',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
]);

/** Characters beyond ASCII go as UTF-8, as with Go. */
function headersOf({ body, contentType = 'application/json', headers = {} }: Post): Record<string, string> {
  const type = body === undefined ? {} : { 'Content-Type': contentType };
  const named = Object.entries({ ...type, ...canonicalHeaders(headers) });
  return Object.fromEntries(
    named
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [name, Buffer.from(value).toString('latin1')] as const),
  );
}

function readAddress({ service, address }: Post): { readonly url: URL; readonly basic: string | undefined } {
  const given = URL.canParse(address) ? new URL(address) : undefined;
  const basic = given === undefined ? undefined : takeBasic(given);
  const url = readHttpUrl(given?.href ?? address);
  if (typeof url === 'string') {
    throw failed(Reason.NotificationDispatchFailed, `the address for ${service} ${url}; correct it`);
  }
  return { url, basic };
}

/** Takes the user and the password out of an address. */
function takeBasic(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const username = decoded(url.username);
  const password = decoded(url.password);
  url.username = '';
  url.password = '';
  rememberSecret(password);
  return basicHeader({ username, password });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // it is meant as it stands
  }
}

function bodyOf(body: Post['body']): string | Buffer | undefined {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

/** The status as an error, with what the service says of it. */
async function refusal(answer: HttpAnswer, { explain }: Post): Promise<unknown> {
  const said = explain?.(answer.status, await textOf(answer))?.slice(0, LONGEST_EXPLANATION);
  try {
    return successful(answer);
  } catch (error) {
    if (!(error instanceof HttpError) || !said) return error;
    return new HttpError(error.problem, `${error.message}: ${said}`, error);
  }
}

/** What the answer says; it has come all the same when that cannot be read. */
async function textOf(answer: HttpAnswer): Promise<string> {
  try {
    return (await readBody(answer, LONGEST_ANSWER)).toString();
  } catch (error) {
    if (error instanceof HttpError) return '';
    throw error;
  }
}

import { type Fields, type Hook, RefusedHookError } from './contract.ts';

// Far beyond what any sender nests; expressions walk a value by recursion.
const DEEPEST = 100;

/** The body as a JSON object. Throws a {@link RefusedHookError}: a service sends nothing else. */
export function readPayload(body: Buffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new RefusedHookError('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RefusedHookError('the body is not a JSON object');
  if (isDeep(value)) throw new RefusedHookError(`the body is nested deeper than ${DEEPEST}`);
  return value as Fields;
}

/** The body of a sender that may send anything: JSON where it says so, otherwise nothing that expressions could look at. */
export function readAnyPayload({ headers, body }: Hook): Fields {
  return isJson(headers) ? readPayload(body) : {};
}

/** The body of GitHub and its like, which are told to send JSON or a form with it. */
export function readFormOrPayload({ headers, body }: Hook): Fields {
  const type = mediaType(headers.get('content-type') ?? '');
  if (type === 'application/json') return readPayload(body);
  if (type !== 'application/x-www-form-urlencoded')
    throw new RefusedHookError('the Content-Type is neither JSON nor a form');
  return readPayload(Buffer.from(new URLSearchParams(body.toString()).get('payload') ?? ''));
}

export function isJson(headers: Headers): boolean {
  return (headers.get('content-type') ?? '')
    .split(',')
    .some((type) => mediaType(type) === 'application/json');
}

function mediaType(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase();
}

/** Level by level, since a value may be nested deeper than the stack. */
function isDeep(value: object): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

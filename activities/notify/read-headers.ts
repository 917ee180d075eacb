import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import { ManifestError, parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import { rememberSecret } from '../redact.ts';

/** The key `headers` of a Secret. */
export interface HeadersText {
  readonly yaml: string;
  /** How messages name the Secret. */
  readonly where: string;
  /** They are no headers of a request, which may hold less. */
  readonly isAttributes: boolean;
}

/**
 * The headers that the YAML map of a Secret names. Scalars are read as Flux reads them: of equal names the last counts,
 * null is empty. Each value is masked from then on. Throws NotificationDispatchFailed, without repeating any of them.
 */
export function readHeaders({ yaml, where, isAttributes }: HeadersText): Readonly<Record<string, string>> {
  const headers = textsOf(parsedYaml(yaml));
  const problem = headers ? headersProblem(headers, isAttributes) : 'is not a YAML map of names to values';
  if (headers === undefined || problem !== undefined) {
    const message = `${where}: its 'headers' ${problem}; correct it`;
    throw failed(Reason.NotificationDispatchFailed, message);
  }
  for (const value of Object.values(headers)) rememberHeader(value);
  return headers;
}

/** The first document: an empty map when there is none, undefined when it does not parse. */
function parsedYaml(yaml: string): unknown {
  try {
    const [document = { value: {} }] = parseYamlDocuments(yaml, { file: 'headers', lastKeyWins: true });
    return document.value;
  } catch (error) {
    if (error instanceof ManifestError) return undefined; // its words may hold a token
    throw error;
  }
}

function textsOf(map: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return undefined;
  const texts = Object.entries(map).map(([name, value]) => [name, textOf(value)] as const);
  return texts.every(isRead) ? Object.fromEntries(texts) : undefined;
}

function isRead(entry: readonly [string, string | undefined]): entry is readonly [string, string] {
  return entry[1] !== undefined;
}

function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? String(value) : bigIntegerDigits(value);
}

function headersProblem(
  headers: Readonly<Record<string, string>>,
  isAttributes: boolean,
): string | undefined {
  const isBad = ([name, value]: readonly [string, string]) =>
    !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[^\P{Cc}\t\x80-\x9f]/u.test(value);
  if (isAttributes || !Object.entries(headers).some(isBad)) return undefined;
  return 'holds a name or a value that no header may have';
}

/** Of `Bearer abc` the latter part is the secret one. */
function rememberHeader(value: string): void {
  rememberSecret(value);
  const [, token] = /^\w+\s+(\S+)$/.exec(value) ?? [];
  if (token !== undefined) rememberSecret(token);
}

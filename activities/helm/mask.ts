/** Takes the texts of Secrets out of what somebody else says. */
export type Mask = (text: string) => string;

const MASKED = '***';
// Shorter ones would blot out what they are not.
const SHORTEST = 4;
// Of a text with several lines: they stand alone where a program quotes one, and many are ordinary words.
const SHORTEST_LINE = 8;
// Of those that are looked for in all ways of quoting them.
const LONGEST_PATTERN = 2_000;

/**
 * A mask for these texts, however they were quoted on the way: with backslashes before quotes and in the place of
 * control characters, once or several times over, in Base64, in a URL, line by line, and as the double that a template
 * makes of a number.
 */
export function createMask(secrets: readonly string[]): Mask {
  const forms = new Set(secrets.flatMap(formsOf));
  const patterns = [...forms].toSorted((a, b) => b.length - a.length).map(patternOf);
  return (text) => patterns.reduce<string>((rest, pattern) => rest.replaceAll(pattern, MASKED), text);
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const lines = secret.split('\n').map((line) => line.trim());
  const base64 = Buffer.from(secret).toString('base64');
  const inUrl = encodeURIComponent(secret.toWellFormed());
  return [
    secret,
    inUrl,
    // As in forms, and as templates do it.
    inUrl.replaceAll('%20', '+'),
    base64,
    // With more behind it, its last character is another one.
    base64.replace(/.=+$/, ''),
    ...(lines.length > 1 ? lines.filter(({ length }) => length >= SHORTEST_LINE) : []),
    ...doubleOf(secret),
  ];
}

/** As Go prints a double that is an integer, from the size on at which it takes an exponent. */
function doubleOf(secret: string): readonly string[] {
  if (!/^-?[1-9]\d{5,}$/.test(secret)) return [];
  const [mantissa = '', exponent = ''] = Number(secret).toExponential().split('e+');
  return [`${mantissa}e+${exponent.padStart(2, '0')}`];
}

function patternOf(form: string): RegExp | string {
  if (form.length > LONGEST_PATTERN) return form;
  return new RegExp(Array.from(form, quoted).join(''), 'gu');
}

function quoted(char: string): string {
  if (char === '"' || char === "'") return `\\\\*${char}`;
  if (char === '\\') return '\\\\+';
  if (/\p{Cc}/u.test(char)) return `(?:${plain(char)}|\\s|\\\\+(?:[abfnrtv]|[ux][0-9a-fA-F]{2,4}))`;
  if (/[<>&]/.test(char)) return `(?:${char}|\\\\+u00${char.charCodeAt(0).toString(16)})`;
  return plain(char);
}

function plain(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

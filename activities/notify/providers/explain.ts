// Answers may quote what was sent to them.
const TOKEN = /[A-Za-z0-9_+/=.~-]{32,}/g;
const ADDRESS = /[a-z]+:\/\/\S+/gi;
const FIELDS = ['error', 'description', 'message', 'msg', 'error_description', 'detail', 'errmsg', 'errors'];

/** What a service says of its refusal: the field of its JSON that tells it, or a line of plain text; nothing that may be a secret. */
export function explain(_status: number, text: string): string | undefined {
  const said = text.trim();
  if (said === '' || said.startsWith('<')) return undefined; // a page of a proxy
  const words = /^[{["]/.test(said) ? ofJson(said) : said.split('\n', 1)[0];
  return words
    ?.replace(ADDRESS, '***')
    .replace(TOKEN, '***')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

function ofJson(said: string): string | undefined {
  try {
    return wordsOf(JSON.parse(said), 3);
  } catch {
    return undefined;
  }
}

function wordsOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  if (Array.isArray(value)) return wordsOf(value[0], depth - 1);
  const members = new Map(Object.entries(value));
  for (const field of FIELDS) {
    const words = wordsOf(members.get(field), depth - 1);
    if (words !== undefined) return words;
  }
  return undefined;
}

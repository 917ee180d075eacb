import { type CST, Lexer } from 'yaml';

/** Collections inside collections, at most. */
export const DEEPEST = 100;

/**
 * The offset of the first collection that is too deep, undefined when there is none. To be asked before a
 * text is parsed, for millions of open brackets take a parser many seconds; finds what is open on one line or
 * in brackets, and leaves the rest to {@link tooDeep}.
 */
export function tooDeepInText(text: string): number | undefined {
  return mayBeDeep(text) ? tooDeepInLexemes(text) : undefined;
}

/** Counts what could open a collection, in quotes too: quick, and never below the truth. */
function mayBeDeep(text: string): boolean {
  let brackets = 0;
  let marks = 0;
  for (const char of text) {
    if ('[{'.includes(char)) brackets++;
    else if ('-?:'.includes(char)) marks++;
    else if (char === '\n') marks = 0;
    if (brackets > DEEPEST || marks > DEEPEST) return true;
  }
  return false;
}

function tooDeepInLexemes(text: string): number | undefined {
  const open = { brackets: 0, marks: 0 };
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!isScalar) count(lexeme, open);
    if (open.brackets > DEEPEST || (open.brackets === 0 && open.marks > DEEPEST)) return offset;
    // The lexer announces plain and block scalars with a mark of its own, which is not in the text.
    isScalar = lexeme === '\x1f';
    if (!isScalar && lexeme !== '\x02' && lexeme !== '\x18') offset += lexeme.length;
  }
  return undefined;
}

/** Counts open brackets, and the dashes and colons of one line, each of which may open a level. */
function count(lexeme: string, open: { brackets: number; marks: number }): void {
  if (lexeme === '[' || lexeme === '{') open.brackets++;
  else if (lexeme === ']' || lexeme === '}') open.brackets--;
  else if (lexeme === '-' || lexeme === '?' || lexeme === ':') open.marks++;
  else if (lexeme.includes('\n')) open.marks = 0;
}

/** The offset of the first collection in the tree that is too deep. Walks with a list of its own: the call stack is short. */
export function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = tokens.map(
    (token) => ({ token, depth: 0 }),
  );
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (!token) continue;
    if (depth > DEEPEST) return token.offset;
    if (token.type === 'document') open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      open.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}

import { Lexer } from 'yaml';

/**
 * Words and signs of one document, at most: some ninety thousand lines. Its tree takes half a kilobyte for each, so that
 * the five megabytes that a document may have could be more memory than a worker has.
 */
export const MOST_LEXEMES = 750_000;
// A character is at most a word, and the lexer's own mark before it.
const LEXEMES_OF_A_CHARACTER = 2;

/** Whether a document has more parts than {@link MOST_LEXEMES}. To be asked before it is parsed. */
export function hasTooManyParts(text: string): boolean {
  if (text.length * LEXEMES_OF_A_CHARACTER <= MOST_LEXEMES) return false;
  let count = 0;
  for (const _lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > MOST_LEXEMES) return true;
  }
  return false;
}

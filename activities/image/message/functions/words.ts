import { fromBytes, isSpace, lowerRune, toBytes } from '../byte-text.ts';

type Kind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: Kind;
  readonly text: string;
}

const UPPER = /\p{Lu}/u;
const PATTERNS: readonly (readonly [kind: Kind, pattern: RegExp])[] = [
  ['connector', /[-_\s\x85]+/uy],
  ['punctuation', /(?:(?![-_])\p{P})+/uy],
  // `HTTPServer` is `HTTP` and `Server`, `Server` one word.
  ['upper', /\p{Lu}{2,}(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}\p{Ll}*/uy],
  ['alphabet', /[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]+/uy],
  ['number', /\p{N}+/uy],
  ['other', /(?:(?![-_\s\x85])[^\p{L}\p{N}\p{P}])+/uy],
];
const END: Word = { kind: 'none', text: '' };

/** Names in snake case or kebab case, as `huandu/xstrings` parts words: `HTTP2xOK` is `http_2x_ok`. */
export function toWords(bytes: string, connector: '_' | '-'): string {
  const words = split(fromBytes(bytes));
  let at = 0;
  let text = '';
  const next = (): Word => words[at] ?? END;
  const write = (word: Word): void => {
    text += shown(word, connector);
  };
  const writeRun = (): void => {
    while (next().kind === 'alphabet' || next().kind === 'number') {
      write(next());
      at++;
    }
  };
  while (at < words.length) {
    const word = next();
    at++;
    write(word);
    if (word.kind === 'connector' || word.kind === 'punctuation') continue;
    if (word.kind === 'number') {
      writeRun();
    } else if (next().kind === 'number' && at + 1 < words.length) {
      const number = next();
      at++;
      // A number belongs to the word before it, unless small letters follow: `Bld4Floor`, but `HTTP2xx`.
      if (next().kind === 'alphabet') text += connector;
      write(number);
      if (next().kind === 'alphabet') writeRun();
    } else if (next().kind === 'number') {
      continue;
    }
    if (parts(next())) text += connector;
  }
  return toBytes(text);
}

function parts({ kind }: Word): boolean {
  return kind !== 'none' && kind !== 'connector' && kind !== 'punctuation';
}

function shown({ kind, text }: Word, connector: string): string {
  if (kind !== 'upper' && kind !== 'connector') return text;
  let lower = '';
  for (const char of text) {
    if (char === '-' || char === '_' || isSpace(char)) lower += connector;
    else lower += UPPER.test(char) ? lowerRune(char) : char;
  }
  return lower;
}

function split(text: string): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    const found = wordAt(text, at);
    words.push(found);
    at += found.text.length;
  }
  return words;
}

function wordAt(text: string, at: number): Word {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    if (match) return { kind, text: match };
  }
  return { kind: 'other', text: String.fromCodePoint(text.codePointAt(at) ?? 0) };
}

const BEST_WIDTH = 80;
const STEP = 2;
const BREAK = /[\n\r\x85\u2028\u2029]/;

/**
 * The writing half of libyaml's emitter as go.yaml.in/yaml/v2 has it: where it puts spaces and line breaks, and how it
 * folds long scalars. It is a machine with a column and a few flags, and the digest of values depends on each.
 */
export class YamlEmitter {
  readonly #written: string[] = [];
  #column = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** Whether what was written last is white space, or an indicator that needs none behind it. */
  #isWhitespace = true;
  /** Whether the line holds nothing but indentation and indicators so far. */
  #isIndention = true;

  get isIndention(): boolean {
    return this.#isIndention;
  }

  /** The document so far, ended by a line break. */
  end(): string {
    this.newLine();
    return this.#written.join('');
  }

  /** Indents what the body writes one step further, or not at all where a list stands in a mapping. */
  indented(isIndentless: boolean, body: () => void): void {
    this.#indents.push(this.#indent);
    if (this.#indent < 0) this.#indent = 0;
    else if (!isIndentless) this.#indent += STEP;
    body();
    this.#indent = this.#indents.pop() ?? -1;
  }

  /** Starts a line at the indentation, unless there is one already. */
  newLine(): void {
    const indent = Math.max(this.#indent, 0);
    const isThere = this.#column < indent || (this.#column === indent && this.#isWhitespace);
    if (!this.#isIndention || !isThere) this.#break('\n');
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column));
    this.#isWhitespace = true;
    this.#isIndention = true;
  }

  /** Writes `-`, `?` or `:` behind which the next level may start on the same line. */
  mark(text: string): void {
    this.#indicator(text, this.#isIndention);
  }

  /** Writes text as it is, with a space before it where one is due. */
  word(text: string): void {
    this.#indicator(text, false);
  }

  /** Writes what belongs to the word before it. */
  suffix(text: string): void {
    this.#put(text);
    this.#isWhitespace = false;
    this.#isIndention = false;
  }

  /** A scalar that needs no quotes. Folded at single spaces unless it is a key. */
  plain(text: string, isKey: boolean): void {
    if (!this.#isWhitespace) this.#put(' ');
    this.#runs(text, isKey);
    this.suffix('');
  }

  /** A scalar between single quotes. Line breaks in it are those of Unicode: one with a line feed becomes a literal. */
  singleQuoted(text: string, isKey: boolean): void {
    this.word("'");
    this.#runs(text, isKey);
    this.suffix("'");
  }

  #runs(text: string, isKey: boolean): void {
    let isAfterBreak = false;
    for (const { 0: run, index } of text.matchAll(/ +|[\u2028\u2029]+|[^ \u2028\u2029]+/g)) {
      const isInside = index > 0 && index + 1 < text.length;
      if (run === ' ' && isInside && !isKey && this.#column > BEST_WIDTH) {
        this.newLine();
      } else if (BREAK.test(run)) {
        this.#break(run);
        this.#isIndention = true;
      } else {
        if (isAfterBreak) this.newLine();
        this.#put(run);
        if (!run.startsWith(' ')) this.#isIndention = false;
      }
      isAfterBreak = BREAK.test(run);
    }
  }

  /** A scalar between double quotes, already escaped. */
  doubleQuoted(escaped: string, isKey: boolean): void {
    this.#indicator('"', false);
    let isAfterSpace = false;
    for (let at = 0; at < escaped.length; at++) {
      const char = escaped.charAt(at);
      const isSpace = char === ' ';
      const mayFold = isSpace && !isKey && !isAfterSpace && at > 0 && at < escaped.length - 1;
      if (mayFold && this.#column > BEST_WIDTH) {
        this.newLine();
        if (escaped[at + 1] === ' ') this.#put('\\');
      } else {
        this.#put(char);
      }
      isAfterSpace = isSpace;
    }
    this.suffix('"');
  }

  /** A scalar of lines, which are kept as they are. */
  literal(text: string): void {
    const isIndentTold = text.startsWith(' ') || BREAK.test(text.charAt(0));
    this.#indicator(`|${isIndentTold ? STEP : ''}${chomping(text)}`, false);
    this.#break('\n');
    this.#isIndention = true;
    this.#isWhitespace = true;
    let isAfterBreak = true;
    for (const char of text) {
      const isBreak = BREAK.test(char);
      if (isBreak) {
        this.#break(char);
      } else {
        if (isAfterBreak) this.newLine();
        this.#put(char);
      }
      this.#isIndention = isBreak;
      isAfterBreak = isBreak;
    }
  }

  #indicator(text: string, isIndention: boolean): void {
    if (!this.#isWhitespace) this.#put(' ');
    this.#put(text);
    this.#isWhitespace = false;
    this.#isIndention = isIndention;
  }

  #put(text: string): void {
    this.#written.push(text);
    this.#column += text.length;
  }

  #break(char: string): void {
    this.#written.push(char);
    this.#column = 0;
  }
}

function chomping(text: string): string {
  const end = /([\n\r\x85\u2028\u2029]?)([\n\r\x85\u2028\u2029])$/.exec(text);
  if (!end) return '-';
  return end[1] !== '' || text.length === 1 ? '+' : '';
}

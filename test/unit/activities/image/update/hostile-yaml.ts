/** A text of a generated file that an edit may replace by one of others. */
export interface Slot {
  readonly before: string;
  readonly after: readonly string[];
}

export interface HostileFile {
  /** Texts that must stay, and slots. */
  readonly pieces: readonly (string | Slot)[];
  /** Where the marked scalars are, from the number of the document on, and what they are to hold. */
  readonly expected: readonly { readonly path: readonly (string | number)[]; readonly value: string }[];
}

export const IMAGES = new Map([
  ['ns:app', { name: 'registry.example/team/app', tag: 'v2.0.0' }],
  ['ns:number', { name: 'numbers', tag: '1.10' }],
  ['ns:digest', { name: 'app', tag: '0x1F', digest: `sha256:${'0e'.repeat(32)}` }],
]);

const SETTERS: readonly (readonly [string, string])[] = [
  ['ns:app', 'registry.example/team/app:v2.0.0'],
  ['ns:app:name', 'registry.example/team/app'],
  ['ns:app:digest', ''],
  ['ns:number:tag', '1.10'],
  ['ns:digest', `app:0x1F@sha256:${'0e'.repeat(32)}`],
  ['ns:digest:tag', '0x1F'],
  ['ns:digest:digest', `sha256:${'0e'.repeat(32)}`],
];

const OTHER_COMMENTS = [
  '# plain',
  '#',
  '# {"$imagepolicy": "other:policy"}',
  '# "quotes" \'and\' [brackets}',
  '# ünï ☃ \u{1f4e6}',
];
const PLAIN = ['a', '1.9', 'true', '~', 'x:y', 'a#b', 'a b c', '2001-01-01', '-1', 'héllo', 'a"b', '0777'];
// What looks like a marker inside of other scalars.
const DECOYS = [
  `"x # {\\"$imagepolicy\\": \\"ns:app\\"}"`,
  `'y # {"$imagepolicy": "ns:app"}'`,
  '"two\n    lines # {$imagepolicy}"',
  '|\n# # {"$imagepolicy": "ns:app"}\n#   deeper\n\n# end',
  '>+\n# folded # {"$imagepolicy": "ns:app"}\n\n',
  '[a, {b: "c,]}"}, [], {}]',
  '!!float 3',
  `"${'long '.repeat(400)}"`,
];

/** A file of YAML as people and machines leave them, the same for the same seed. */
export function hostileFile(seed: number): HostileFile {
  return new Generator(seed).file();
}

class Generator {
  readonly #pieces: (string | Slot)[] = [];
  readonly #expected: { path: readonly (string | number)[]; value: string }[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  file(): HostileFile {
    if (this.#maybe(0.2)) this.#text('\ufeff');
    const documents = 1 + this.#below(3);
    for (let index = 0; index < documents; index++) {
      if (index > 0 || this.#maybe(0.5)) this.#text(`---${this.#pick(['', ' ', ' # mark'])}${this.#end()}`);
      this.#filler('');
      this.#map('', [index], 0);
      if (this.#maybe(0.2)) this.#text(`...${this.#end()}`);
    }
    if (this.#maybe(0.3)) this.#text('# no line end');
    return { pieces: this.#pieces, expected: this.#expected };
  }

  #map(indent: string, path: readonly (string | number)[], depth: number): void {
    const count = 1 + this.#below(4);
    for (let index = 0; index < count; index++) {
      const key = `k${index}`;
      const written = this.#pick([key, `"${key}"`, `'${key}'`]);
      this.#text(`${indent}${written}${this.#pick([':', ' :', ':'])}`);
      this.#value(indent, [...path, key], depth);
      this.#filler(indent);
    }
  }

  #list(indent: string, path: readonly (string | number)[], depth: number): void {
    const count = 1 + this.#below(3);
    for (let index = 0; index < count; index++) {
      this.#text(`${indent}-`);
      this.#value(indent, [...path, index], depth);
      // A comment above an item would be its own.
      if (this.#maybe(0.3)) this.#text(this.#end());
    }
  }

  #value(indent: string, path: readonly (string | number)[], depth: number): void {
    const kind = this.#pick([
      'marked',
      'marked',
      'marked',
      'flow',
      'block',
      'plain',
      'decoy',
      'nested',
      'nested',
      'empty',
    ]);
    if (kind === 'marked') this.#marked(indent, path);
    else if (kind === 'flow') this.#flow(`${indent}      `, path);
    else if (kind === 'block') this.#block(indent, path);
    else if (kind === 'plain') this.#text(` ${this.#anchor()}${this.#pick(PLAIN)}${this.#comment()}`);
    else if (kind === 'decoy')
      this.#text(
        ` ${this.#pick(DECOYS).replaceAll(/^#/gm, `${indent}   `).replaceAll('\n    lines', `\n${indent}  lines`)}${this.#end()}`,
      );
    else if (kind === 'empty' || depth > 3) this.#text(this.#comment());
    else this.#nested(indent, path, depth);
  }

  #nested(indent: string, path: readonly (string | number)[], depth: number): void {
    const deeper = indent + ' '.repeat(1 + this.#below(4));
    this.#text(this.#pick([this.#end(), ` &n${this.#below(9)}${this.#end()}`, ` # nested${this.#end()}`]));
    if (this.#maybe(0.5)) this.#map(deeper, path, depth + 1);
    else this.#list(deeper, path, depth + 1);
  }

  #marked(indent: string, path: readonly (string | number)[]): void {
    const [setter, value] = this.#pick(SETTERS);
    this.#text(this.#pick([' ', '  ', '\t', ` ${this.#anchor()}`]));
    this.#scalar(`${indent}    `, value);
    this.#text(`${this.#pick([' ', '    ', '\t'])}${this.#marker(setter)}${this.#end()}`);
    this.#expected.push({ path, value });
  }

  #scalar(indent: string, value: string): void {
    const quoted = JSON.stringify(value);
    const style = this.#pick(['plain', 'single', 'double']);
    if (style === 'plain') this.#pieces.push({ before: this.#pick(PLAIN), after: [value, quoted] });
    else if (style === 'single') this.#pieces.push({ before: "'it''s # old'", after: [`'${value}'`] });
    else this.#pieces.push({ before: `"\\u263a\\" # old\\\n${indent}and more"`, after: [quoted] });
  }

  #block(indent: string, path: readonly (string | number)[]): void {
    const [setter, value] = this.#pick(SETTERS);
    const sign = this.#pick(['|', '>']);
    const deeper = `${indent}   `;
    this.#text(' ');
    this.#pieces.push({ before: sign + this.#pick(['', '-', '+']), after: [`${sign}-`] });
    this.#text(` ${this.#marker(setter)}${this.#end()}`);
    const more = this.#maybe(0.3) ? `${this.#end()}${this.#end()}${deeper}  # more` : '';
    this.#pieces.push({ before: `${deeper}old${more}`, after: [value === '' ? '' : deeper + value] });
    this.#text(this.#end() + this.#pick(['', this.#end()]));
    this.#expected.push({ path, value });
  }

  #flow(indent: string, path: readonly (string | number)[]): void {
    const [setter, value] = this.#pick(SETTERS);
    this.#text(` [a,${this.#end()}${indent}{ "q" : `);
    this.#scalar(indent, value);
    this.#text(
      `${this.#pick(['', ' '])},${this.#pick([' ', '\t'])}${this.#marker(setter)}${this.#end()}${indent}r: b }${this.#comment()}${indent}]${this.#comment()}`,
    );
    this.#expected.push({ path: [...path, 1, 'q'], value });
  }

  #filler(indent: string): void {
    if (this.#maybe(0.2)) this.#text(this.#pick(['', '   ']) + this.#end());
    if (this.#maybe(0.2))
      this.#text(`${this.#pick(['', indent])}${this.#pick(OTHER_COMMENTS)}${this.#end()}`);
  }

  #comment(): string {
    return (this.#maybe(0.3) ? ` ${this.#pick(OTHER_COMMENTS)}` : this.#pick(['', '', '  '])) + this.#end();
  }

  #marker(setter: string): string {
    return this.#pick([
      `# {"$imagepolicy": "${setter}"}`,
      `#{"$imagepolicy":"${setter}"} `,
      `## { "$imagepolicy" : "${setter}" }`,
    ]);
  }

  #anchor(): string {
    return this.#pick(['', '', '', '&here ', '!!str ', '&there !!str ']);
  }

  #end(): string {
    return this.#pick(['\n', '\n', '\n', '\r\n']);
  }

  #text(text: string): void {
    this.#pieces.push(text);
  }

  #maybe(chance: number): boolean {
    return this.#below(1000) < chance * 1000;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  /** A number from 0 on, by the generator "mulberry32". */
  #below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }
}

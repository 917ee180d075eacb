import { type IndexCollector, IndexError, NO_INDEX } from './index-collector.ts';
import { WANTED_FIELDS } from './index-entry.ts';
import { checkPiece, type Piece, simpleScalar, splitKey, valueOf } from './index-lines.ts';

const LONGEST_LINE = 1024 * 1024;
const EMPTY: readonly string[] = ['', 'null', '~'];

/**
 * Reads an index in block style, as helm and all who copy it write them, line by line: what is in memory is one
 * entry. Throws {@link IndexError} at a line that is no YAML, or that stands in an index of another style.
 */
export class IndexScanner {
  readonly #collector: IndexCollector;
  #number = 0;
  #top: Piece | undefined;
  #apiVersion = '';
  #hasEntries = false;
  #chart: { readonly name: string; readonly indent: number } | undefined;
  /** Where the dashes of the chart's entries stand. */
  #dashAt: number | undefined;
  #entry: Map<string, unknown> | undefined;
  /** Where the keys of the entry stand. */
  #keysAt: number | undefined;
  #piece: Piece | undefined;

  constructor(collector: IndexCollector) {
    this.#collector = collector;
  }

  line(raw: string): void {
    this.#number += 1;
    if (raw.length > LONGEST_LINE) throw this.#unusual(`it is longer than ${LONGEST_LINE} characters`);
    const text = raw.trimStart();
    const indent = raw.length - text.length;
    // Inside a block scalar a comment is content; of those only plain ones are ever looked at.
    if (text === '' || text.startsWith('#')) return void this.#piece?.more.push(raw);
    if (raw.slice(0, indent).includes('\t')) throw this.#unusual('a tab is no indentation');
    if (indent === 0) this.#topLine(text.trimEnd());
    else if (this.#top?.key === 'entries') this.#entriesLine(text.trimEnd(), indent);
    else if (this.#top) this.#top.more.push(raw);
    else throw this.#unusual('the index is indented');
  }

  /** After the last line. */
  end(): void {
    this.#endTop();
    if (this.#apiVersion === '') throw new IndexError(NO_INDEX);
  }

  #topLine(text: string): void {
    if (text === '---' && this.#number === 1) return;
    if (this.#top && this.#top.key !== 'entries' && text.startsWith('- '))
      return void this.#top.more.push(text);
    this.#endTop();
    const split = this.#split(text);
    this.#top = { ...split, indent: 0, line: this.#number, more: [] };
    if (split.key === 'apiVersion') this.#apiVersion = simpleScalar(split.inline) ?? '';
    if (split.key !== 'entries') return;
    if (this.#hasEntries) throw this.#unusual('the key entries is there twice');
    this.#hasEntries = true;
    if (split.inline !== '{}' && !EMPTY.includes(split.inline))
      throw this.#unusual('entries is no mapping of lines');
  }

  #entriesLine(text: string, indent: number): void {
    const chart = this.#chart;
    if (!chart) return this.#beginChart(text, indent);
    const isItem = text === '-' || text.startsWith('- ');
    if (isItem && indent === (this.#dashAt ?? Math.max(indent, chart.indent)))
      return this.#beginEntry(text, indent);
    if (indent === chart.indent) return this.#beginChart(text, indent);
    if (!this.#entry || indent <= (this.#dashAt ?? indent)) throw this.#misplaced();
    this.#keysLine(text, indent, isItem);
  }

  /** A line inside an entry. */
  #keysLine(text: string, indent: number, isItem: boolean): void {
    const keysAt = this.#keysAt ?? indent;
    this.#keysAt = keysAt;
    if (indent < keysAt) throw this.#misplaced();
    // The items of a list may stand as far left as its key.
    if (indent === keysAt && !(isItem && this.#piece)) return this.#beginKey(text, indent);
    this.#piece?.more.push(`${' '.repeat(indent)}${text}`);
  }

  #beginChart(text: string, indent: number): void {
    const { key, inline } = this.#split(text);
    if (inline !== '[]' && !EMPTY.includes(inline))
      throw this.#unusual('the entries of a chart are no list of lines');
    this.#endChart();
    this.#chart = { name: key, indent };
    this.#collector.addChart(key);
  }

  #beginEntry(text: string, indent: number): void {
    this.#endEntry();
    this.#dashAt = indent;
    const content = text.slice(1).trimStart();
    this.#entry = new Map();
    this.#keysAt = undefined;
    if (content === '{}' || EMPTY.includes(content)) return;
    this.#keysAt = indent + text.length - content.length;
    this.#beginKey(content, this.#keysAt);
  }

  #beginKey(text: string, indent: number): void {
    this.#endPiece();
    this.#piece = { ...this.#split(text), indent, line: this.#number, more: [] };
  }

  #endPiece(): void {
    const [piece, fields] = [this.#piece, this.#entry];
    this.#piece = undefined;
    if (!piece || !fields) return;
    if (fields.has(piece.key))
      throw new IndexError(`line ${piece.line}: the key ${piece.key} is there twice`);
    const isWanted = WANTED_FIELDS.has(piece.key);
    if (!isWanted) checkPiece(piece);
    fields.set(piece.key, isWanted ? valueOf(piece) : undefined);
  }

  #endEntry(): void {
    this.#endPiece();
    const [chart, fields] = [this.#chart, this.#entry];
    this.#entry = undefined;
    if (chart && fields) this.#collector.add(chart.name, fields.size === 0 ? null : fields);
  }

  #endChart(): void {
    this.#endEntry();
    this.#chart = undefined;
    this.#dashAt = undefined;
  }

  #endTop(): void {
    this.#endChart();
    if (this.#top && this.#top.key !== 'entries') checkPiece(this.#top);
    this.#top = undefined;
  }

  #split(text: string): { readonly key: string; readonly inline: string } {
    const split = splitKey(text);
    if (!split) throw this.#unusual('a key with a value is expected');
    return split;
  }

  #misplaced(): IndexError {
    return this.#unusual('the indentation fits to no entry');
  }

  #unusual(what: string): IndexError {
    return new IndexError(`line ${this.#number}: ${what}`);
  }
}

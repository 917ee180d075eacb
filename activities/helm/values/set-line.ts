import { DEEPEST } from '../../../api/formats/yaml-depth.ts';
import { type GoMap, type GoValue, parseInt64 } from './go-value.ts';
import { type ItemBudget, placeAt } from './place-at.ts';
import { UnusableValue } from './unusable-value.ts';

/** Dots in one path, at most. */
const MOST_DOTS = 30;

/** How far into the values a path has led. */
interface Depth {
  readonly dots: number;
  readonly levels: number;
}

/** The line ended: all is read. Whatever is already written stays. */
const ENDED = true;
const MORE = false;

/**
 * Reads a line `path=value,path=value…` into a mapping, as helm.sh/helm/v4/pkg/strvals does for `--set`, in its own
 * order of looking and writing: what an unfinished line leaves behind depends on that. Paths and lists are bounded.
 */
export class SetLine {
  readonly #line: string;
  readonly #typed: (text: string) => GoValue;
  readonly #budget: ItemBudget;
  #at = 0;

  constructor(line: string, typed: (text: string) => GoValue, budget: ItemBudget) {
    this.#line = line;
    this.#typed = typed;
    this.#budget = budget;
  }

  /** Throws {@link UnusableValue}; the mapping is then in an undefined state. */
  readInto(target: GoMap): void {
    while (this.#key(target, { dots: 0, levels: 0 }) === MORE);
  }

  #key(target: GoMap, depth: Depth): boolean {
    const { text: name, stop } = this.#until('=[,.');
    switch (stop) {
      case '[':
        return this.#list(target, name, depth);
      case '.':
        return this.#inner(target, name, depth);
      case '=':
        return this.#assign(target, name);
      case ',':
        throw new UnusableValue('a key has no value');
      default:
        if (name !== '') throw new UnusableValue('a key has no value');
        return ENDED;
    }
  }

  #assign(target: GoMap, name: string): boolean {
    const value = this.#value();
    set(target, name, value === undefined ? '' : value);
    return value === undefined ? ENDED : MORE;
  }

  #inner(target: GoMap, name: string, { dots, levels }: Depth): boolean {
    if (dots >= MOST_DOTS) throw new UnusableValue(`the path has more than ${MOST_DOTS} dots`);
    const found = target.has(name) ? target.get(name) : new Map<string, GoValue>();
    if (!(found instanceof Map)) throw new UnusableValue('the path leads through a value that is no mapping');
    const ended = this.#key(found, deeper({ dots: dots + 1, levels }));
    if (found.size > 0) set(target, name, found);
    else if (!ended) throw new UnusableValue('a key has no value');
    return ended;
  }

  #list(target: GoMap, name: string, depth: Depth): boolean {
    const index = this.#index();
    if (index === undefined) return ENDED;
    const found = target.has(name) ? target.get(name) : [];
    if (!Array.isArray(found)) throw new UnusableValue('the path leads through a value that is no list');
    const { list, ended } = this.#item(found, index, deeper(depth));
    set(target, name, list);
    return ended;
  }

  /** What stands behind `[index]`. */
  #item(list: GoValue[], index: number, depth: Depth): { list: GoValue[]; ended: boolean } {
    if (index < 0) throw new UnusableValue('the index of a list is negative');
    const { text, stop } = this.#until('[.=');
    if (text !== '') throw new UnusableValue('there is text behind the index of a list');
    if (stop === '=') {
      const value = this.#value();
      return { list: placeAt(list, index, value === undefined ? '' : value, this.#budget), ended: MORE };
    }
    if (stop === '[') return this.#nestedList(list, index, depth);
    if (stop === '.') return this.#mappingInList(list, index, depth);
    return { list, ended: ENDED };
  }

  #nestedList(list: GoValue[], index: number, depth: Depth): { list: GoValue[]; ended: boolean } {
    const next = this.#index();
    if (next === undefined) return { list, ended: ENDED };
    const found = list[index] ?? [];
    if (!Array.isArray(found)) throw new UnusableValue('the path leads through a value that is no list');
    const inner = this.#item(found, next, deeper(depth));
    if (inner.ended) return { list, ended: ENDED };
    return { list: placeAt(list, index, inner.list, this.#budget), ended: MORE };
  }

  #mappingInList(list: GoValue[], index: number, depth: Depth): { list: GoValue[]; ended: boolean } {
    const found = list[index];
    const inner = found instanceof Map ? found : new Map<string, GoValue>();
    // In place, also in a list that others share.
    if (index < list.length) list[index] = inner;
    if (this.#key(inner, deeper(depth)) === ENDED) return { list, ended: ENDED };
    return { list: placeAt(list, index, inner, this.#budget), ended: MORE };
  }

  /** Undefined when the line ends before the bracket does. */
  #index(): number | undefined {
    const { text, stop } = this.#until(']');
    if (stop === undefined) return undefined;
    const index = parseInt64(text);
    if (index === undefined) throw new UnusableValue('the index of a list is no integer');
    return Number(index);
  }

  /** Undefined when nothing is left of the line. */
  #value(): GoValue | undefined {
    if (this.#at >= this.#line.length) return undefined;
    if (this.#line[this.#at] !== '{') return this.#typed(this.#until(',').text);
    this.#at++;
    return this.#items();
  }

  #items(): GoValue[] {
    const items: GoValue[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === undefined) throw new UnusableValue('a list lacks its closing "}"');
      items.push(this.#typed(text));
      if (stop === ',') continue;
      if (this.#line[this.#at] === ',') this.#at++;
      return items;
    }
  }

  /** The text up to one of the characters, which is consumed, or up to the end. A backslash takes the next one as it is. */
  #until(stops: string): { text: string; stop: string | undefined } {
    let text = '';
    while (this.#at < this.#line.length) {
      const char = this.#line.charAt(this.#at++);
      if (stops.includes(char)) return { text, stop: char };
      text += char === '\\' ? this.#line.charAt(this.#at++) : char;
    }
    return { text, stop: undefined };
  }
}

/** Goes one level down. */
function deeper({ dots, levels }: Depth): Depth {
  if (levels >= DEEPEST) throw new UnusableValue(`the path is deeper than ${DEEPEST} levels`);
  return { dots, levels: levels + 1 };
}

/** An empty key is not set. */
function set(target: GoMap, name: string, value: GoValue): void {
  if (name !== '') target.set(name, value);
}

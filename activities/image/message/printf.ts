import type { Budget } from './budget.ts';
import { runeAt } from './byte-text.ts';
import { formatValue, Printing } from './print.ts';
import { type Flags, NO_FLAGS } from './print-flags.ts';
import { type GoValue, isInteger, typeName } from './value.ts';

const LARGEST_NUMBER = 1_000_000;

/** Go's `fmt.Sprintf`, with its complaints inside the text, such as `%!d(string=a)`. Throws `Refusal`. */
export function sprintf(format: string, values: readonly GoValue[], budget: Budget): string {
  const formatting = new Formatting(format, values, budget);
  const text = formatting.run();
  budget.spendText(text.length);
  return text;
}

/** One walk along a format. */
class Formatting {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  readonly #budget: Budget;
  #at = 0;
  #next = 0;
  #isReordered = false;
  #isIndexGood = true;
  #isAfterIndex = false;

  constructor(format: string, values: readonly GoValue[], budget: Budget) {
    this.#format = format;
    this.#values = values;
    this.#budget = budget;
  }

  run(): string {
    let text = '';
    while (this.#at < this.#format.length) {
      this.#budget.spend(1);
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent === -1 ? this.#format.length : percent;
      text += this.#format.slice(this.#at, end);
      if (percent === -1) break;
      this.#at = percent + 1;
      this.#isIndexGood = true;
      this.#isAfterIndex = false;
      text += this.#directive();
    }
    return text + this.#extra();
  }

  #directive(): string {
    let complaint = '';
    const signs = this.#signs();
    this.#index();
    let width: number | undefined;
    let isLeft = signs.minus;
    if (this.#format[this.#at] === '*') {
      width = this.#argument();
      complaint += width === undefined ? '%!(BADWIDTH)' : '';
      isLeft ||= width !== undefined && width < 0;
      width = width === undefined ? undefined : Math.abs(width);
    } else {
      width = this.#number();
      if (this.#isAfterIndex && width !== undefined) this.#isIndexGood = false;
    }
    const precision = this.#precision();
    complaint += precision.complaint;
    if (!this.#isAfterIndex) this.#index();
    return (
      complaint + this.#verb({ ...NO_FLAGS, ...signs, minus: isLeft, width, precision: precision.value })
    );
  }

  #signs(): Pick<Flags, 'plus' | 'minus' | 'sharp' | 'space' | 'zero'> {
    const start = this.#at;
    while ('#0+- '.includes(this.#format[this.#at] ?? '?')) this.#at++;
    const signs = this.#format.slice(start, this.#at);
    return {
      plus: signs.includes('+'),
      minus: signs.includes('-'),
      sharp: signs.includes('#'),
      space: signs.includes(' '),
      zero: signs.includes('0'),
    };
  }

  #precision(): { value: number | undefined; complaint: string } {
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length)
      return { value: undefined, complaint: '' };
    this.#at++;
    if (this.#isAfterIndex) this.#isIndexGood = false;
    this.#index();
    if (this.#format[this.#at] !== '*') return { value: this.#number() ?? 0, complaint: '' };
    const value = this.#argument();
    if (value === undefined || value < 0) return { value: undefined, complaint: '%!(BADPREC)' };
    return { value, complaint: '' };
  }

  /** A width or precision that stands among the values. */
  #argument(): number | undefined {
    this.#at++;
    this.#isAfterIndex = false;
    if (this.#next >= this.#values.length) return undefined;
    const value = this.#values[this.#next++];
    const number = isInteger(value) ? Number(value.value) : Number.NaN;
    return Math.abs(number) <= LARGEST_NUMBER ? number : undefined;
  }

  #number(): number | undefined {
    const digits = /\d*/y;
    digits.lastIndex = this.#at;
    const text = digits.exec(this.#format)?.[0] ?? '';
    if (text && Number(text) > LARGEST_NUMBER) {
      this.#at = this.#format.length;
      return undefined;
    }
    this.#at += text.length;
    return text ? Number(text) : undefined;
  }

  /** An index of an argument, such as `[2]`. */
  #index(): void {
    this.#isAfterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#isReordered = true;
    const close = this.#format.indexOf(']', this.#at);
    const isShort = this.#format.length - this.#at < 3;
    const text = isShort || close === -1 ? '' : this.#format.slice(this.#at + 1, close);
    this.#at = isShort || close === -1 ? this.#at + 1 : close + 1;
    const index = /^\d{1,7}$/.test(text) ? Number(text) - 1 : Number.NaN;
    this.#isAfterIndex = !Number.isNaN(index);
    if (index >= 0 && index < this.#values.length) this.#next = index;
    else this.#isIndexGood = false;
  }

  #verb(flags: Flags): string {
    if (this.#at >= this.#format.length) return '%!(NOVERB)';
    const { size } = runeAt(this.#format, this.#at);
    const verb = this.#format.slice(this.#at, this.#at + size);
    this.#at += size;
    if (verb === '%') return '%';
    if (!this.#isIndexGood) return `%!${verb}(BADINDEX)`;
    if (this.#next >= this.#values.length) return `%!${verb}(MISSING)`;
    const value = this.#values[this.#next++];
    const isV = verb === 'v';
    const { plus, sharp } = flags;
    const shown = isV ? { ...flags, plus: false, sharp: false, plusV: plus, sharpV: sharp } : flags;
    return formatValue(value, verb, shown, new Printing(this.#budget));
  }

  #extra(): string {
    if (this.#isReordered || this.#next >= this.#values.length) return '';
    const shown = this.#values.slice(this.#next).map((value) => {
      if (value === undefined || value === null) return '<nil>';
      return `${typeName(value)}=${formatValue(value, 'v', NO_FLAGS, new Printing(this.#budget))}`;
    });
    return `%!(EXTRA ${shown.join(', ')})`;
  }
}

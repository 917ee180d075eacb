import type { Budget } from './budget.ts';
import { runes } from './byte-text.ts';
import { Refusal } from './errors.ts';
import { type Flags, NO_FLAGS, pad } from './print-flags.ts';
import { formatFloatVerb, formatInteger } from './print-number.ts';
import { quoteBytes } from './quote.ts';
import {
  type GoList,
  type GoMap,
  type GoStruct,
  type GoValue,
  isComposite,
  sortedEntries,
  typeName,
} from './value.ts';

const DEEPEST = 100;
const BYTE_ORDER_MARK = 0xfeff;
const TEXT_VERBS = 'vsqxX';

/** Values as Go's `fmt.Sprint` prints them: a space between two of which neither is a string. Throws `Refusal`. */
export function sprint(values: readonly GoValue[], budget: Budget): string {
  let text = '';
  for (const [index, value] of values.entries()) {
    const isSpaced = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string';
    text += (isSpaced ? ' ' : '') + printValue(value, budget);
  }
  return text;
}

/** A value as Go's `%v` prints it. Throws `Refusal` where that is too long or too deep. */
export function printValue(value: GoValue, budget: Budget): string {
  const text = formatValue(value, 'v', NO_FLAGS, new Printing(budget));
  budget.spendText(text.length);
  return text;
}

/** How one value is printed: what may still be spent, and how deep it is. */
export class Printing {
  readonly budget: Budget;
  readonly depth: number;
  /** Whether a value is shown for a verb that is not for it: methods are not asked then. */
  readonly isComplaint: boolean;

  constructor(budget: Budget, depth = 0, isComplaint = false) {
    this.budget = budget;
    this.depth = depth;
    this.isComplaint = isComplaint;
  }

  deeper(): Printing {
    if (this.depth > DEEPEST) throw new Refusal('a value is nested too deeply to print');
    return new Printing(this.budget, this.depth + 1, this.isComplaint);
  }
}

/** A value by a verb of `fmt.Sprintf`. */
export function formatValue(value: GoValue, verb: string, flags: Flags, printing: Printing): string {
  const { budget, depth } = printing;
  budget.spend(1);
  if (value === undefined || value === null) return formatNil(verb, flags, printing);
  if (depth === 0 && verb === 'T') return pad(typeName(value), flags, budget);
  const text = formatBasic(value, verb, flags, budget);
  if (text !== undefined) return text;
  if (!isComposite(value) || value.kind === 'integer') return complain(value, verb, flags, printing);
  if (verb === 'p') throw new Refusal('printf shows no addresses; leave out %p');
  if (value.kind === 'struct') return formatStruct(value, verb, flags, printing);
  return value.kind === 'list'
    ? formatList(value, verb, flags, printing)
    : formatMap(value, verb, flags, printing);
}

/** A value with a verb that is not for it, such as `%!d(string=a)`. */
function complain(value: GoValue, verb: string, flags: Flags, { budget, depth }: Printing): string {
  return `%!${verb}(${typeName(value)}=${formatValue(value, 'v', flags, new Printing(budget, depth, true))})`;
}

function formatNil(verb: string, flags: Flags, { budget, depth }: Printing): string {
  if (depth > 0) return flags.sharpV ? 'interface {}(nil)' : '<nil>';
  return verb === 'v' || verb === 'T' ? pad('<nil>', flags, budget) : `%!${verb}(<nil>)`;
}

function formatBasic(value: GoValue, verb: string, flags: Flags, budget: Budget): string | undefined {
  if (typeof value === 'boolean') return 'tv'.includes(verb) ? pad(String(value), flags, budget) : undefined;
  if (typeof value === 'number') return formatFloatVerb(value, verb, flags, budget);
  if (typeof value === 'string') return formatText(value, verb, flags, budget);
  return isComposite(value) && value.kind === 'integer'
    ? formatInteger(value, verb, flags, budget)
    : undefined;
}

function formatText(bytes: string, verb: string, flags: Flags, budget: Budget): string | undefined {
  if (verb === 'x' || verb === 'X') return formatHex(bytes, verb, flags, budget);
  const isQuoted = verb === 'q' || (verb === 'v' && flags.sharpV);
  if (!isQuoted && verb !== 'v' && verb !== 's') return undefined;
  const text = flags.precision === undefined ? bytes : firstRunes(bytes, flags.precision);
  budget.spendText(text.length);
  if (!isQuoted) return pad(text, flags, budget);
  return pad(quoted(text, verb, flags), flags, budget);
}

function quoted(text: string, verb: string, flags: Flags): string {
  const isRaw = verb === 'q' && flags.sharp && isRawPossible(text);
  return isRaw ? `\`${text}\`` : quoteBytes(text, flags.plus);
}

/** Whether a text can stand between back quotes. */
function isRawPossible(bytes: string): boolean {
  for (const { rune, valid } of runes(bytes)) {
    const isControl = (rune < 0x20 && rune !== 0x09) || rune === 0x7f;
    if (!valid || isControl || rune === 0x60 || rune === BYTE_ORDER_MARK) return false;
  }
  return true;
}

function firstRunes(bytes: string, count: number): string {
  let end = 0;
  let left = count;
  for (const { size } of runes(bytes)) {
    if (left-- <= 0) break;
    end += size;
  }
  return bytes.slice(0, end);
}

function formatHex(bytes: string, verb: string, flags: Flags, budget: Budget): string {
  const shown = bytes.slice(0, flags.precision ?? bytes.length);
  budget.spendText(shown.length * 5);
  const pairs = Array.from(shown).map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
  const prefix = flags.sharp && pairs.length > 0 ? '0x' : '';
  const text = flags.space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('');
  return pad(verb === 'X' ? text.toUpperCase() : text, flags, budget);
}

function formatList(value: GoList, verb: string, flags: Flags, printing: Printing): string {
  const inner = printing.deeper();
  if (flags.sharpV && value.isNil) return `${value.type}(nil)`;
  const items = value.items.map((item) => formatValue(item, verb, flags, inner));
  return flags.sharpV ? `${value.type}{${items.join(', ')}}` : `[${items.join(' ')}]`;
}

function formatMap(value: GoMap, verb: string, flags: Flags, printing: Printing): string {
  const inner = printing.deeper();
  if (flags.sharpV && value.isNil) return `${value.type}(nil)`;
  printing.budget.spend(value.entries.size * 4);
  const items = sortedEntries(value).map(
    ([key, item]) => `${formatValue(key, verb, flags, inner)}:${formatValue(item, verb, flags, inner)}`,
  );
  return flags.sharpV ? `${value.type}{${items.join(', ')}}` : `map[${items.join(' ')}]`;
}

function formatStruct(value: GoStruct, verb: string, flags: Flags, printing: Printing): string {
  const isAsked =
    value.text !== undefined && !printing.isComplaint && !flags.sharpV && TEXT_VERBS.includes(verb);
  if (isAsked) return formatText(value.text ?? '', verb, flags, printing.budget) ?? '';
  if (value.type.startsWith('*')) throw new Refusal(`a ${value.type} can be printed by %v and %s only`);
  const inner = printing.deeper();
  const hasNames = flags.plusV || flags.sharpV;
  const fields = value.fields.map(
    (field) => (hasNames ? `${field.name}:` : '') + formatValue(field.value, verb, flags, inner),
  );
  return flags.sharpV ? `${value.type}{${fields.join(', ')}}` : `{${fields.join(' ')}}`;
}

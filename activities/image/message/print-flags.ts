import type { Budget } from './budget.ts';
import { runes } from './byte-text.ts';

/** What stands between `%` and the verb. */
export interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  /** Names of fields are shown (`%+v`). */
  readonly plusV: boolean;
  /** Go syntax is shown (`%#v`). */
  readonly sharpV: boolean;
}

export const NO_FLAGS: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
  plusV: false,
  sharpV: false,
};

/** Pads bytes to the width, which counts characters. Throws `Refusal` where that is too long. */
export function pad(bytes: string, flags: Flags, budget: Budget, isZeroAllowed = true): string {
  budget.spendText(Math.max(bytes.length, flags.width ?? 0));
  if (!flags.width) return bytes;
  const missing = Math.max(flags.width - lengthInRunes(bytes), 0);
  if (flags.minus) return bytes + ' '.repeat(missing);
  return (flags.zero && isZeroAllowed ? '0' : ' ').repeat(missing) + bytes;
}

function lengthInRunes(bytes: string): number {
  let length = 0;
  for (const _ of runes(bytes)) length++;
  return length;
}

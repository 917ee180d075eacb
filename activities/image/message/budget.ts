import { Refusal } from './errors.ts';

/** The longest text that a template may write or make on its way, in bytes. */
export const LONGEST_TEXT = 64 * 1024;
/** What a template may spend; about 400 ns each, so that no template takes much longer than 100 ms. */
const STEPS = 200_000;
// What functions do with a byte costs up to 100 ns.
const BYTES_A_STEP = 4;

/** What one run of a template may still do: it counts instead of asking the clock, so a run ends the same everywhere. */
export class Budget {
  #left = STEPS;

  /** Takes a number of steps. Throws {@link Refusal} when they are used up. */
  spend(steps: number): void {
    this.#left -= steps;
    if (!(this.#left >= 0)) throw new Refusal('the template takes too many steps; make it shorter');
  }

  /** Takes what making a text of so many bytes costs, before it is made. Throws {@link Refusal}. */
  spendText(bytes: number): void {
    if (!(bytes <= LONGEST_TEXT)) {
      throw new Refusal(`a text is longer than ${LONGEST_TEXT} bytes; make it shorter`);
    }
    this.spend(1 + bytes / BYTES_A_STEP);
  }
}

/** A value from outside that may not stand on a command line. */
export class OperandError extends Error {
  constructor(what: string, why: string) {
    super(`${what} ${why}`);
    this.name = 'OperandError';
  }
}

/**
 * Returns a value from outside that is safe as an operand of a command: one that starts with `-` would be
 * read as an option, and control characters have split arguments and log lines before. `what` names it in the error.
 */
export function operand(value: string, what: string): string {
  if (value === '') throw new OperandError(what, 'is empty');
  if (value.startsWith('-')) throw new OperandError(what, 'may not start with "-"');
  if (/\p{Cc}/u.test(value)) throw new OperandError(what, 'holds control characters');
  return value;
}

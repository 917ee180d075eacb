/** A failure with an exit code of its own; any other error ends with 1. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'ExitError';
    this.exitCode = exitCode;
  }
}

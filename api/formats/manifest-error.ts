/** Where in a file something is wrong; line and column count from 1. */
export interface ManifestPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A manifest that cannot be read: `<file>:<line>:<column>: <reason>`, on one line. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly position: ManifestPosition;
  /** The sentence without the position. */
  readonly reason: string;

  constructor(position: ManifestPosition, reason: string) {
    const oneLine = reason.replace(/\s*\n[\s\S]*$/, '');
    super(`${position.file}:${position.line}:${position.column}: ${oneLine}`);
    this.position = position;
    this.reason = oneLine;
  }
}

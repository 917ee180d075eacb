/** A record is not what helm writes; the message names the field and never its content. */
export class RecordError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecordError';
  }
}

/** Which object of a file a change is in. What the document does not say is an empty text. */
export interface ObjectId {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** One marked scalar that got another value. */
export interface Change {
  /** The marker's text: `namespace:name` of the policy, and maybe `:tag`, `:name` or `:digest`. */
  readonly setter: string;
  readonly oldValue: string;
  readonly newValue: string;
}

export interface ObjectChange {
  readonly object: ObjectId;
  readonly change: Change;
}

/** A file with its new bytes, and the changes that led to them in the order of the file. */
export interface UpdatedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly changes: readonly ObjectChange[];
}

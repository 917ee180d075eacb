import type { SecretData } from '../../fetch/http/credentials.ts';

/**
 * Signs a commit object: given its bytes without a signature, answers the armored one for its `gpgsig` header,
 * lines separated by \n and none of them empty at the end.
 */
export type SignCommit = (payload: Buffer) => Promise<string>;

/** `spec.git.commit.signingKey`, with the Secret that it names. */
export interface SigningKey {
  /** gpg when undefined. */
  readonly type?: 'gpg' | 'ssh' | undefined;
  readonly secretName: string;
  readonly data: SecretData;
}

export interface SigningOptions {
  /** Where directories for a key of ssh are made, which live as long as a signature takes. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

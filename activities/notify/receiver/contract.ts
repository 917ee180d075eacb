import type { Receiver } from '../../../api/receiver.ts';
import type { ReceiverExpressions } from './expressions.ts';
import type { TokenVerifier } from './oidc/verifier.ts';
import type { ReceiverSecret } from './secret.ts';

export type ReceiverType = Receiver['spec']['type'];

/** A webhook as it came. */
export interface Hook {
  /** Of a header that came twice, both values with a comma between. */
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Whom a webhook is for, and what it is held against. */
export interface Recipient {
  readonly receiver: Receiver;
  readonly secret: ReceiverSecret;
  readonly expressions: ReceiverExpressions;
}

/** What a webhook says, once it is known who sent it. */
export interface Accepted {
  /** For expressions: the JSON of its body. */
  readonly req: Fields;
  /** Of the token that authenticated it. */
  readonly claims?: Fields;
  /** The sender's word for what happened. */
  readonly event?: string;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface AuthenticateDeps {
  readonly tokens: TokenVerifier;
  /** Who signs the tokens of gcr. */
  readonly googleIssuer: string;
}

/** Tells who sent a webhook and reads it. Throws a {@link RefusedHookError}. */
export type Authenticate = (
  hook: Hook,
  recipient: Recipient,
  deps: AuthenticateDeps,
) => Accepted | Promise<Accepted>;

/** A webhook that is not answered. Its message is for the log: the sender is told nothing, and it holds no secret. */
export class RefusedHookError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'RefusedHookError';
  }
}

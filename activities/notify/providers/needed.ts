import { Reason } from '../../../api/reasons.ts';
import { failed, transient } from '../../failures.ts';
import { basicHeader } from '../../fetch/http/credentials.ts';
import { asHttpError, HttpError } from '../../fetch/http/error.ts';
import { rememberSecret } from '../../redact.ts';
import type { Recipient } from '../contract.ts';
import { dispatchFailure } from '../post-json.ts';

const WHERE = {
  address: 'spec.address, or the key address in the Secret of spec.secretRef',
  channel: 'spec.channel',
  username: 'spec.username, or the key username in the Secret of spec.secretRef',
  password: 'the key password in the Secret of spec.secretRef',
  token: 'the key token in the Secret of spec.secretRef',
} as const;

/** A field without which the type has nobody to tell. Throws failed NotificationDispatchFailed when it is empty. */
export function needed(recipient: Recipient, field: keyof typeof WHERE): string {
  const value = recipient[field];
  if (value !== '') return value;
  throw misconfigured(recipient, `needs ${WHERE[field]}; set it`);
}

/** What only a change of the Provider mends; `problem` continues `a provider of type …`. */
export function misconfigured({ type }: Pick<Recipient, 'type'>, problem: string): Error {
  return failed(Reason.NotificationDispatchFailed, `a provider of type ${type} ${problem}`);
}

/** The token as it stands in a header. Throws failed when no header can hold it, without repeating it. */
export function headerToken(recipient: Recipient): string {
  const token = needed(recipient, 'token');
  if (/[^\x20-\x7e]/.test(token)) {
    throw misconfigured(
      recipient,
      "has a token with line breaks or characters that no header holds; correct the Secret's key token",
    );
  }
  rememberSecret(token);
  return token;
}

/** `Bearer <token>`. */
export function bearer(recipient: Recipient): string {
  return `Bearer ${headerToken(recipient)}`;
}

/** `Basic …` when there are both a username and a password. */
export function basic({ username, password }: Recipient): string | undefined {
  if (username === '' || password === '') return undefined;
  rememberSecret(password);
  return basicHeader({ username, password });
}

/** No cloud gave a token to the worker. The libraries' words are left out: they may quote answers that hold one. */
export function noIdentity(service: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return dispatchFailure(service, asHttpError(signal.reason));
  const problem = asHttpError(error);
  const make = problem instanceof HttpError && problem.mayPass ? transient : failed;
  const advice =
    'put credentials into the Secret of spec.secretRef, or give the worker an identity of the cloud';
  return make(
    Reason.NotificationDispatchFailed,
    `${service}: the worker got no token by its own identity; ${advice}`,
  );
}

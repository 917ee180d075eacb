import { ApplicationFailure } from '@temporalio/common';
import type { StepLog } from '../../activities/deps.ts';
import { messageOf } from '../../activities/failures.ts';
import type { KubeClient, Target } from '../../activities/kube/client.ts';
import { isOutage } from '../../activities/kube/errors.ts';
import { authenticate } from '../../activities/notify/receiver/authenticate.ts';
import {
  type Accepted,
  type AuthenticateDeps,
  type Hook,
  type Recipient,
  RefusedHookError,
} from '../../activities/notify/receiver/contract.ts';
import { findResources } from '../../activities/notify/receiver/resources.ts';
import { webhookPath } from '../../activities/notify/receiver/webhook-path.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Receiver } from '../../api/receiver.ts';
import type { Entry } from './book.ts';
import type { ObjectPokes } from './poke-object.ts';
import type { SecretReader } from './secrets.ts';

export interface AnswerDeps {
  readonly kube: Pick<KubeClient, 'get' | 'listMetadata'>;
  readonly authentication: AuthenticateDeps;
  readonly readSecret: SecretReader;
  readonly pokes: Pick<ObjectPokes, 'poke'>;
  /** Has the Receiver read its Secret again. */
  readonly renew: (ref: ObjectRef) => void;
  readonly noCrossNamespaceRefs: boolean;
  readonly log: StepLog;
}

/** What the sender is told, without a body. */
export type Status = 200 | 400 | 404 | 500 | 503;

/**
 * Answers a webhook that found its Receiver. 200 once all objects that it is about were asked for, durably; 500 when that
 * failed for one, after all were tried; 400 without a reason when it is not authentic or not understood.
 */
export async function answerHook(deps: AnswerDeps, entry: Entry, hook: Hook): Promise<Status> {
  const { receiver } = entry;
  const log = logOf(deps.log, receiver);
  try {
    const recipient = await recipientOf(deps, entry);
    if (!recipient) return 404;
    // Of the body nothing is held on to: who waits for a poke may wait for seconds, and there may be many.
    const { targets, errors } = await read(deps, recipient, hook);
    const failures = [...errors.map(messageOf), ...(await pokeAll(deps.pokes, targets))];
    for (const error of failures) log.error({ error }, 'a resource of a webhook could not be asked for');
    return failures.length > 0 ? 500 : 200;
  } catch (error) {
    log.error({ error: messageOf(error) }, 'a webhook was refused');
    if (error instanceof RefusedHookError) return 400;
    return isOutage(error) ? 503 : 500;
  }
}

/** Undefined for a path that was: its token is another one by now, and nobody is to come in by it until that is noticed. */
async function recipientOf(deps: AnswerDeps, entry: Entry): Promise<Recipient | undefined> {
  const { receiver } = entry;
  const secret = await deps.readSecret(receiver).catch(unlessGone);
  if (secret && webhookPath(secret.token, receiver.metadata) === receiver.status?.webhookPath)
    return { receiver, secret, expressions: entry.expressions() };
  deps.renew(refOf(receiver));
  return undefined;
}

function unlessGone(error: unknown): undefined {
  if (error instanceof ApplicationFailure && error.type === Reason.TokenNotFound) return undefined;
  throw error;
}

async function read(deps: AnswerDeps, recipient: Recipient, hook: Hook) {
  const accepted: Accepted = await authenticate(hook, recipient, deps.authentication);
  const { event = '' } = accepted;
  const { type } = recipient.receiver.spec;
  logOf(deps.log, recipient.receiver).info({ type, event: event.slice(0, 100) }, 'webhook accepted');
  return findResources(recipient, accepted, deps);
}

/** Pokes all; returns what went wrong. */
async function pokeAll(pokes: AnswerDeps['pokes'], targets: readonly Target[]): Promise<readonly string[]> {
  const results = await Promise.allSettled(targets.map((target) => pokes.poke(target)));
  return results.flatMap((result) => (result.status === 'rejected' ? messageOf(result.reason) : []));
}

function refOf({ metadata: { namespace, name } }: Receiver): ObjectRef {
  return { kind: Kind.Receiver, namespace, name };
}

function logOf(log: StepLog, { metadata: { namespace, name } }: Receiver): StepLog {
  const about = { controllerKind: Kind.Receiver, name, namespace };
  return {
    info: (details, message) => log.info({ ...about, ...details }, message),
    warn: (details, message) => log.warn({ ...about, ...details }, message),
    error: (details, message) => log.error({ ...about, ...details }, message),
  };
}

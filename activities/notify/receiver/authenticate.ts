import { readCdEvent } from './cd-event.ts';
import type { Accepted, Authenticate, AuthenticateDeps, Hook, ReceiverType, Recipient } from './contract.ts';
import { RefusedHookError } from './contract.ts';
import { authenticateGcr, authenticateOidc } from './oidc/authenticate.ts';
import { isJson, readAnyPayload, readFormOrPayload, readPayload } from './payload.ts';
import { readPubsub, readShape } from './services.ts';
import { assertHexSignature, assertSignature, assertToken } from './signature.ts';

/**
 * How each sender is known, as notification-controller's `internal/server/receiver_handlers.go` has it: over the bytes
 * as they came, and before anything of them is read. Where that takes any body of a service, ours has to be one of it.
 */
const TYPES: Readonly<Record<ReceiverType, Authenticate>> = {
  generic: (hook, { receiver }) => ({ req: whereLookedAt(hook, receiver.spec) }),
  'generic-hmac': (hook, { receiver, secret }) => {
    assertSignature(hook.headers.get('x-signature'), hook.body, secret.token);
    return { req: whereLookedAt(hook, receiver.spec) };
  },
  async 'generic-oidc'(hook, recipient, deps) {
    const claims = await authenticateOidc(hook, recipient, deps);
    return { req: whereLookedAt(hook, recipient.receiver.spec), claims };
  },
  github: (hook, { secret }) => {
    const { headers, body } = hook;
    assertSignature(headers.get('x-hub-signature-256') || headers.get('x-hub-signature'), body, secret.token);
    return { req: readFormOrPayload(hook), event: headers.get('x-github-event') ?? '' };
  },
  gitlab: ({ headers, body }, { secret }) => {
    assertToken(headers.get('x-gitlab-token'), secret.token);
    return { req: readUnlessEmpty(body), event: headers.get('x-gitlab-event') ?? '' };
  },
  bitbucket: (hook, { secret }) => {
    const { headers, body } = hook;
    assertSignature(headers.get('x-hub-signature-256') || headers.get('x-hub-signature'), body, secret.token);
    return { req: readFormOrPayload(hook), event: headers.get('x-event-key') ?? '' };
  },
  harbor: ({ headers, body }, { secret }) => {
    assertToken(headers.get('authorization'), secret.token);
    return { req: readUnlessEmpty(body) };
  },
  dockerhub: ({ body }) => ({ req: readShape('dockerhub', body) }),
  quay: ({ body }) => ({ req: readShape('quay', body) }),
  acr: ({ body }) => ({ req: readShape('acr', body) }),
  nexus: ({ headers, body }, { secret }) => {
    const signature = headers.get('x-nexus-webhook-signature') ?? '';
    assertHexSignature('sha1', signature, body, secret.token);
    return { req: readShape('nexus', body) };
  },
  async gcr(hook, recipient, deps) {
    await authenticateGcr(hook, recipient, deps);
    return { req: readPubsub(hook.body) };
  },
  cdevents: ({ headers, body }) => ({ req: readCdEvent(body), event: headers.get('ce-type') ?? '' }),
};

/** Types whose senders say in a header what happened. */
const WITH_EVENTS: ReadonlySet<ReceiverType> = new Set(['github', 'gitlab', 'bitbucket', 'cdevents']);

/** Tells who sent a webhook, reads it, and holds its event against `spec.events`. Throws a {@link RefusedHookError}. */
export async function authenticate(
  hook: Hook,
  recipient: Recipient,
  deps: AuthenticateDeps,
): Promise<Accepted> {
  const { type, events = [] } = recipient.receiver.spec;
  const accepted = seenBy(hook, type, await TYPES[type](hook, recipient, deps));
  if (!WITH_EVENTS.has(type) || events.length === 0) return accepted;
  const event = (accepted.event ?? '').toLowerCase();
  if (!events.some((allowed) => allowed.toLowerCase() === event))
    throw new RefusedHookError('the event is none of spec.events');
  return accepted;
}

/** Expressions see what says that it is JSON, and the JSON in a form of those who may send one. */
function seenBy({ headers }: Hook, type: ReceiverType, accepted: Accepted): Accepted {
  return isJson(headers) || WITH_FORMS.has(type) ? accepted : { ...accepted, req: {} };
}

const WITH_FORMS: ReadonlySet<ReceiverType> = new Set(['github', 'bitbucket']);

/** Senders of any kind may send anything, as long as no expression is about it. */
function whereLookedAt(hook: Hook, { resourceFilter, resources }: Recipient['receiver']['spec']) {
  const isLookedAt = Boolean(resourceFilter) || resources.some(({ filter }) => filter);
  return isLookedAt && isJson(hook.headers) ? readAnyPayload(hook) : {};
}

/** Whoever has the token may also ask without saying why. */
function readUnlessEmpty(body: Buffer) {
  return body.length === 0 ? {} : readPayload(body);
}

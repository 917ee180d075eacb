import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hook, ReceiverType, Recipient } from '../../activities/notify/receiver/contract.ts';
import { compileReceiver } from '../../activities/notify/receiver/expressions.ts';
import { webhookPath } from '../../activities/notify/receiver/webhook-path.ts';
import type { Receiver } from '../../api/receiver.ts';

export const TOKEN = 'CANARY-token-of-the-receiver';

const payloads = join(import.meta.dirname, '../unit/activities/notify/receiver/payloads');

/** What a service sends, byte by byte. */
export function payload(name: string): Buffer {
  return readFileSync(join(payloads, `${name}.json`));
}

/** `<algorithm>=<hex>`, as most services sign. */
export function signatureOf(body: Buffer | string, token = TOKEN, algorithm = 'sha256'): string {
  return `${algorithm}=${createHmac(algorithm, token).update(body).digest('hex')}`;
}

export function hook(body: Buffer | string, headers: Readonly<Record<string, string>> = {}): Hook {
  const json = { 'content-type': 'application/json' };
  return { headers: new Headers({ ...json, ...headers }), body: Buffer.from(body) };
}

/** A Receiver that is ready, of one type and for one GitRepository unless told otherwise. */
export function receiverObject(type: ReceiverType, spec: Partial<Receiver['spec']> = {}): Receiver {
  const metadata = { name: 'hooks', namespace: 'apps', uid: 'uid of hooks', resourceVersion: '1' };
  const token = type === 'generic-oidc' ? '' : TOKEN;
  const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: '', lastTransitionTime: '' };
  return {
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    metadata: { ...metadata, generation: 1, creationTimestamp: '2026-11-22T12:00:00Z' },
    spec: {
      type,
      interval: '10m',
      resources: [{ kind: 'GitRepository', name: 'home' }],
      ...(type !== 'generic-oidc' && { secretRef: { name: 'token' } }),
      ...spec,
    },
    status: {
      observedGeneration: 1,
      webhookPath: webhookPath(Buffer.from(token), metadata),
      conditions: [{ ...ready, status: 'True' }],
    },
  };
}

export function recipient(type: ReceiverType, spec: Partial<Receiver['spec']> = {}): Recipient {
  const receiver = receiverObject(type, spec);
  const secret = {
    token: type === 'generic-oidc' ? Buffer.alloc(0) : Buffer.from(TOKEN),
    email: 'push@example.iam.example',
    audience: 'https://hooks.example.com',
  };
  return { receiver, secret, expressions: compileReceiver(receiver.spec) };
}

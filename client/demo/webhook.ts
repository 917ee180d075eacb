import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webhookPath } from '../../activities/notify/receiver/webhook-path.ts';
import type { KubeObject } from '../../api/kube-object.ts';

const NAMESPACE = 'flux-system';
const NAME = 'home';
const SECRET = 'webhook-token';

/** What a git host and the cluster share. */
export interface Webhook {
  /** The Secret and the Receiver. */
  readonly objects: readonly KubeObject[];
  /** Tells the receiver of a push, as GitHub does. The interval finds a push too, only later: nothing is lost with it. */
  send(): Promise<void>;
}

/** A webhook to the worker that answers at `address` (`host:port`); the demo's folder keeps its token. */
export function createWebhook(dir: string, address: string): Webhook {
  const token = keptToken(join(dir, SECRET));
  const url = `http://${address}${webhookPath(Buffer.from(token), { name: NAME, namespace: NAMESPACE })}`;
  return {
    objects: objectsOf(token),
    async send() {
      const body = JSON.stringify({ ref: 'refs/heads/main', repository: { name: 'home' } });
      const signature = createHmac('sha256', token).update(body).digest('hex');
      const headers = {
        'Content-Type': 'application/json',
        'X-GitHub-Event': 'push',
        'X-Hub-Signature-256': `sha256=${signature}`,
      };
      await fetch(url, { method: 'POST', headers, body });
    },
  };
}

function keptToken(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function objectsOf(token: string): readonly KubeObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: SECRET, namespace: NAMESPACE },
      stringData: { token },
    },
    {
      apiVersion: 'notification.toolkit.fluxcd.io/v1',
      kind: 'Receiver',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: {
        type: 'github',
        events: ['ping', 'push'],
        secretRef: { name: SECRET },
        resources: [
          { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'flux-system' },
        ],
      },
    },
  ];
}

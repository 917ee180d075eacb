import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type { KubeClient } from '../activities/kube/client.ts';
import type { Check } from './health.ts';

export interface ReadinessOptions {
  readonly worker: Pick<Worker, 'getState'>;
  readonly client: Pick<Client, 'connection' | 'workflowService'>;
  readonly kube: Pick<KubeClient, 'forward'>;
}

const PATIENCE_MS = 1_500;
const FIRST_REFUSAL = 500;

/** What a worker needs to take work: Temporal, the API server, and its own polling. */
export function readinessOf({ worker, client, kube }: ReadinessOptions): Readonly<Record<string, Check>> {
  return {
    temporal: () =>
      client.connection.withDeadline(Date.now() + PATIENCE_MS, () =>
        client.workflowService.getSystemInfo({}),
      ),
    kubernetes: () => askVersion(kube),
    polling: async () => {
      const state = worker.getState();
      if (state !== 'RUNNING') throw new Error(`the worker is ${state}`);
    },
  };
}

/** Every authenticated client may ask for the version; any answer that is no outage will do. */
async function askVersion(kube: Pick<KubeClient, 'forward'>): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const request = {
    method: 'GET',
    path: '/version',
    headers: {},
    body: null,
    isWatch: false,
    signal,
  } as const;
  const { status, body } = await kube.forward(request);
  body.resume();
  if (status >= FIRST_REFUSAL) throw new Error(`the API server answers ${status}`);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeNode } from '../../../tools/fake-node.ts';
import { startLoopback } from '../../support/loopback.ts';

const NODES = [{ name: 'nodes', kind: 'Node', namespaced: false, verbs: ['patch'] }];
const V1 = { kind: 'APIResourceList', groupVersion: 'v1', resources: NODES };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-fake-node-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('gives the node its capacity with its first write, for kwok fills in what it sees missing', async () => {
  await using server = await startLoopback(({ method, path }) =>
    method === 'PATCH' ? { json: {} } : path === '/api/v1' ? { json: V1 } : undefined,
  );
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'here', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'me', user: {} }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      'current-context': 'here',
    }),
  );

  await createFakeNode(kubeconfig);

  const first = server.requests.find(({ method }) => method === 'PATCH');
  expect(first?.path).toBe('/api/v1/nodes/home-1');
  expect(JSON.parse(first?.body ?? '')).toMatchObject({ status: { allocatable: { memory: '32Gi' } } });
});

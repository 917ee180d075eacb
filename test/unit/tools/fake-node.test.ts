import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeNode } from '../../../tools/fake-node.ts';
import { startLoopback } from '../../support/loopback.ts';

const NODE = { resource: 'nodes', responseKind: { kind: 'Node' }, scope: 'Cluster', verbs: ['patch'] };
const CORE = { items: [{ metadata: {}, versions: [{ version: 'v1', resources: [NODE] }] }] };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-fake-node-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('gives the node its capacity with its first write, for kwok fills in what it sees missing', async () => {
  await using server = await startLoopback(({ method, path }) =>
    method === 'PATCH' ? { json: {} } : path === '/api' ? { json: CORE } : { json: { items: [] } },
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

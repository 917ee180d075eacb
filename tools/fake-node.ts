import { createKubeClient } from '../activities/kube/client.ts';
import { loadKubeAccess } from '../activities/kube/config.ts';

const NAME = 'home-1';
const CAPACITY = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '2000' };

/** Registers the one node that kwok plays; again and again is fine. */
export async function createFakeNode(kubeconfig: string): Promise<void> {
  const client = createKubeClient(loadKubeAccess({ kubeconfig }));
  const status = { capacity: CAPACITY, allocatable: CAPACITY };
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: NAME,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': NAME,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/instance-type': 'kwok',
      },
    },
    spec: { podCIDR: '10.244.0.0/20' },
    // From its first moment: kwok gives a node without any a thousand processors, and whoever writes last would win.
    status,
  };
  try {
    await client.apply(node, { fieldManager: 'pawl-tools' });
    await client.apply(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME }, status },
      { fieldManager: 'pawl-tools', subresource: 'status' },
    );
  } finally {
    await client.close();
  }
}

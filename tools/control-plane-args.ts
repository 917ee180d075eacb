import { join } from 'node:path';
import { moduleFolder, TOOLS } from './catalog.ts';
import type { Credentials } from './credentials.ts';
import { flags } from './flags.ts';

const LOOPBACK = '127.0.0.1';

export const PORT_NAMES = ['apiServer', 'etcd', 'etcdPeer'] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type Ports = Readonly<Record<PortName, number>>;

/** etcd that does not wait for the disk: a power cut may lose the last writes of a throw-away cluster, a kill does not. */
export function etcdArgs(dir: string, ports: Ports): string[] {
  const client = `http://${LOOPBACK}:${ports.etcd}`;
  const peer = `http://${LOOPBACK}:${ports.etcdPeer}`;
  return flags({
    name: 'pawl',
    'data-dir': join(dir, 'etcd'),
    'unsafe-no-fsync': true,
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `pawl=${peer}`,
    // Months of a demo would otherwise fill the default quota of 2 GiB with old revisions.
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '30m',
  });
}

/** An API server with RBAC on loopback. */
export function apiServerArgs(ports: Ports, credentials: Credentials): string[] {
  return flags({
    'bind-address': LOOPBACK,
    'advertise-address': LOOPBACK,
    'secure-port': ports.apiServer,
    'etcd-servers': `http://${LOOPBACK}:${ports.etcd}`,
    'service-cluster-ip-range': '10.96.0.0/16',
    'cert-dir': credentials.certificates,
    'token-auth-file': credentials.tokenFile,
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': credentials.serviceAccountKey,
    'service-account-signing-key-file': credentials.serviceAccountKey,
    // Pods would need a token volume that the fake node cannot mount.
    'disable-admission-plugins': 'ServiceAccount',
    // One server on two cores: nobody to hand over to, and nobody to be fair to among our own few clients.
    'endpoint-reconciler-type': 'none',
    'enable-priority-and-fairness': 'false',
    'max-requests-inflight': 800,
    'max-mutating-requests-inflight': 400,
    profiling: 'false',
  });
}

/** Controller manager and scheduler: no leader to elect, no serving port, and not slowed down by their own client. */
export function clientArgs(kubeconfig: string, serviceAccountKey?: string): string[] {
  return flags({
    kubeconfig,
    'leader-elect': 'false',
    'secure-port': 0,
    profiling: 'false',
    'kube-api-qps': 500,
    'kube-api-burst': 1000,
    ...(serviceAccountKey && {
      'service-account-private-key-file': serviceAccountKey,
      // The fake node cannot fail; on a busy machine its heartbeats are late, and its pods would never be ready again.
      'node-monitor-grace-period': '24h',
      // A burst of Deployments waits for answers, not for the processor.
      'concurrent-deployment-syncs': 20,
      'concurrent-replicaset-syncs': 20,
    }),
  });
}

export function kwokArgs(kubeconfig: string): string[] {
  const config = join(moduleFolder(TOOLS.kwok), 'pods.yaml');
  return flags({ kubeconfig, config, 'manage-all-nodes': true });
}

import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';

/** How to reach an API server: where, with which TLS material, and the headers of each request. */
export interface KubeAccess {
  readonly server: string;
  readonly tls: SecureContextOptions & { rejectUnauthorized?: boolean; servername?: string };
  /** Fresh headers: exec plugins, OIDC and token files may renew their token between two requests. */
  authorize(): Promise<Record<string, string>>;
}

export interface KubeConfigSource {
  /** A kubeconfig file; without one `KUBECONFIG`, `~/.kube/config` or the pod's service account, as client-go looks. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

// Long enough to save work, shorter than any token's life.
const HEADERS_FRESH_MS = 10_000;

/** Reads the user's own kubeconfig; throws an Error that names the file or context when it cannot be used. */
export function loadKubeAccess(source: KubeConfigSource = {}): KubeAccess {
  const config = new KubeConfig();
  if (source.kubeconfig) config.loadFromFile(source.kubeconfig);
  else config.loadFromDefault();
  if (source.context) chooseContext(config, source.context);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new Error('the kubeconfig has no current cluster: set current-context or give --context');
  return {
    server: cluster.server,
    tls: tlsOf(cluster, config.getCurrentUser()),
    authorize: freshHeaders(config),
  };
}

function chooseContext(config: KubeConfig, context: string): void {
  if (!config.getContextObject(context)) {
    const known = config.contexts.map((c) => c.name).join(', ');
    throw new Error(`context "${context}" is not in the kubeconfig: ${known}`);
  }
  config.setCurrentContext(context);
}

function tlsOf(cluster: Cluster, user: User | null): KubeAccess['tls'] {
  const ca = pem(cluster.caData, cluster.caFile);
  const cert = pem(user?.certData, user?.certFile);
  const key = pem(user?.keyData, user?.keyFile);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
    ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
  };
}

function pem(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}

function freshHeaders(config: KubeConfig): () => Promise<Record<string, string>> {
  let headers: Promise<Record<string, string>> | undefined;
  let until = 0;
  return () => {
    if (headers === undefined || Date.now() > until) {
      until = Date.now() + HEADERS_FRESH_MS;
      headers = readHeaders(config);
      headers.catch(() => (headers = undefined));
    }
    return headers;
  };
}

async function readHeaders(config: KubeConfig): Promise<Record<string, string>> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name] = value;
  }
  if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

import type { KubeObject } from '../../api/kube-object.ts';
import { dependency, goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface KustomizationOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly source?: string;
  readonly path: string;
  readonly prune?: boolean;
  readonly wait?: boolean;
  readonly healthCheck?: readonly string[];
  readonly healthCheckTimeout: string;
  readonly dependsOn?: readonly string[];
  readonly serviceAccount?: string;
  readonly targetNamespace?: string;
  readonly retryInterval?: string;
  readonly decryptionProvider?: string;
  readonly decryptionSecret?: string;
  readonly kubeconfigSecretRef?: string;
}

const SOURCE_KINDS = ['OCIRepository', 'GitRepository', 'Bucket'];
const HEALTH_KINDS = ['Deployment', 'DaemonSet', 'StatefulSet', 'HelmRelease'];

/** The Kustomization that a command line describes. */
export function kustomizationManifest(at: ObjectName, options: KustomizationOptions): KubeObject {
  if (!options.source) throw new Error('source is required');
  const { retryInterval, targetNamespace } = options;
  const spec = {
    interval: goDuration('interval', options.interval),
    path: relativePath(options.path),
    prune: options.prune ?? false,
    sourceRef: sourceRef(options.source),
    ...(targetNamespace && { targetNamespace }),
    ...(options.dependsOn && { dependsOn: options.dependsOn.map(dependency) }),
    ...(options.serviceAccount && { serviceAccountName: options.serviceAccount }),
    ...(retryInterval && { retryInterval: goDuration('retry-interval', retryInterval) }),
    ...health(options),
    ...later(options),
  };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { ...objectName(at), ...labels(options.label) },
    spec,
  };
}

function health(options: KustomizationOptions): object {
  const timeout = () => goDuration('health-check-timeout', options.healthCheckTimeout);
  if (options.wait) return { wait: true, timeout: timeout() };
  if (!options.healthCheck?.length) return {};
  return { healthChecks: options.healthCheck.map(healthCheck), timeout: timeout() };
}

function later(options: KustomizationOptions): object {
  const { decryptionProvider: provider, decryptionSecret, kubeconfigSecretRef } = options;
  return {
    ...(provider && {
      decryption: { provider, ...(decryptionSecret && { secretRef: { name: decryptionSecret } }) },
    }),
    ...(kubeconfigSecretRef && { kubeConfig: { secretRef: { name: kubeconfigSecretRef } } }),
  };
}

/** `[kind/]name[.namespace]`, the kind in any case, a GitRepository without one. */
export function sourceRef(text: string): { kind: string; name: string; namespace?: string } {
  const slash = text.indexOf('/');
  const word = slash < 0 ? 'GitRepository' : text.slice(0, slash);
  const kind = SOURCE_KINDS.find((known) => known.toLowerCase() === word.toLowerCase());
  if (!kind) {
    throw new Error(`source kind '${word}' is not supported, must be one of: ${SOURCE_KINDS.join(', ')}`);
  }
  const rest = text.slice(slash + 1);
  const dot = rest.lastIndexOf('.');
  const name = dot < 0 ? rest : rest.slice(0, dot);
  if (name === '') throw new Error(`no name given for source of kind '${kind}'`);
  return { kind, name, ...(dot >= 0 && { namespace: rest.slice(dot + 1) }) };
}

/** A path inside the source: `./`, whatever stands before it, never outside. */
export function relativePath(text: string): string {
  const parts: string[] = [];
  for (const part of text.trim().split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `./${parts.join('/')}`;
}

function healthCheck(text: string): object {
  const [, kind = '', name, namespace] = /^([^/]+)\/([^/.]+)\.([^/.]+)$/.exec(text) ?? [];
  if (!name) throw new Error(`invalid health check '${text}' must be in the format 'kind/name.namespace'`);
  if (!HEALTH_KINDS.includes(kind)) {
    throw new Error(
      `invalid health check kind '${kind}' can be HelmRelease, Deployment, DaemonSet or StatefulSet`,
    );
  }
  return {
    ...(kind === 'HelmRelease' && { apiVersion: 'helm.toolkit.fluxcd.io/v2' }),
    kind,
    name,
    namespace,
  };
}

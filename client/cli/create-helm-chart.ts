import type { KubeObject } from '../../api/kube-object.ts';
import { goDuration, kindAndName, labels, type ObjectName, objectName } from './create-fields.ts';
import { chartSourceKind, reconcileStrategy } from './create-helm-release.ts';

export interface HelmChartOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly source?: string;
  readonly chart?: string;
  readonly chartVersion?: string;
  readonly reconcileStrategy: string;
  readonly verifyProvider?: string;
  readonly verifySecretRef?: string;
  readonly verifyIssuer?: string;
  readonly verifySubject?: string;
}

/** The HelmChart that a command line describes. */
export function helmChartManifest(at: ObjectName, options: HelmChartOptions): KubeObject {
  const { source, chart, chartVersion: version } = options;
  if (!source) throw new Error('chart source is required');
  if (!chart) throw new Error('chart name or path is required');
  const sourceRef = kindAndName(source);
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { ...objectName(at), ...labels(options.label) },
    spec: {
      chart,
      ...(version && { version }),
      interval: goDuration('interval', options.interval),
      reconcileStrategy: reconcileStrategy(options.reconcileStrategy),
      sourceRef: { kind: chartSourceKind(source, sourceRef), name: sourceRef.name },
      ...verification(options),
    },
  };
}

function verification(options: HelmChartOptions): object {
  const { verifyProvider: provider, verifySecretRef: secret, verifyIssuer, verifySubject } = options;
  const identity = Boolean(verifyIssuer || verifySubject);
  if (provider === undefined) {
    if (secret) throw new Error('a verification provider must be specified when a secret is specified');
    if (!identity) return {};
    throw new Error('a verification provider must be specified when OIDC issuer/subject is specified');
  }
  if (provider !== 'cosign') {
    throw new Error(
      `invalid argument "${provider}" for "--verify-provider" flag: source OCI verify provider '${provider}' is not supported, must be one of: cosign`,
    );
  }
  return {
    verify: {
      provider,
      ...(secret && { secretRef: { name: secret } }),
      ...(identity && {
        matchOIDCIdentity: [{ issuer: verifyIssuer ?? '', subject: verifySubject ?? '' }],
      }),
    },
  };
}

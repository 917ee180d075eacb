import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../api/kube-object.ts';
import { goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface HelmRepositoryOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly url?: string;
  readonly secretRef?: string;
  readonly username?: string;
  readonly password?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly ociProvider?: string;
  readonly passCredentials?: boolean;
  readonly fetchTimeout?: string;
}

/** The HelmRepository that a command line describes; `secret` is one made for it. */
export function helmRepositoryManifest(
  at: ObjectName,
  options: HelmRepositoryOptions,
  secret: string | undefined,
): KubeObject {
  const { url, fetchTimeout, ociProvider: provider } = options;
  const isOci = urlScheme(url) === 'oci';
  const secretName = options.secretRef ?? secret;
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { ...objectName(at), ...labels(options.label) },
    spec: {
      url,
      interval: goDuration('interval', options.interval),
      ...(isOci && { type: 'oci', ...(provider && { provider }) }),
      ...(fetchTimeout && { timeout: goDuration('fetch-timeout', fetchTimeout) }),
      ...(secretName && {
        secretRef: { name: secretName },
        ...(options.passCredentials && { passCredentials: true }),
      }),
    },
  };
}

/** A Secret `helm-<name>` for the credentials on the command line, if there are any: `flux`'s keys and types. */
export function helmSecretManifest(
  { name, namespace }: ObjectName,
  options: HelmRepositoryOptions,
): KubeObject | undefined {
  if (options.secretRef) return undefined;
  const content = certificate(options) ?? login(options);
  const ca = options.caFile && { 'ca.crt': readFileSync(options.caFile, 'utf8') };
  if (!content && !ca) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...objectName({ name: `helm-${name}`, namespace }) },
    type: content?.type ?? 'Opaque',
    stringData: { ...content?.stringData, ...ca },
  };
}

interface SecretContent {
  readonly type: string;
  readonly stringData: Readonly<Record<string, string>>;
}

// One of the two alone is no certificate, and left out.
function certificate({ certFile, keyFile }: HelmRepositoryOptions): SecretContent | undefined {
  if (!certFile || !keyFile) return undefined;
  const stringData = { 'tls.crt': readFileSync(certFile, 'utf8'), 'tls.key': readFileSync(keyFile, 'utf8') };
  return { type: 'kubernetes.io/tls', stringData };
}

function login({ username, password }: HelmRepositoryOptions): SecretContent | undefined {
  if (!username && !password) return undefined;
  if (!username || !password) throw new Error('--username and --password go together');
  return { type: 'kubernetes.io/basic-auth', stringData: { username, password } };
}

function urlScheme(url: string | undefined): string {
  if (!url) throw new Error('url is required');
  const [, scheme = '', host = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)/i.exec(url) ?? [];
  if (!['http', 'https', 'oci'].includes(scheme.toLowerCase())) {
    throw new Error(`url scheme '${scheme}' not supported, can be: http, https and oci`);
  }
  if (!host) throw new Error('url host is required');
  return scheme.toLowerCase();
}

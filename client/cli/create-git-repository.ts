import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../api/kube-object.ts';
import { goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface GitRepositoryOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly url?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly tagSemver?: string;
  readonly refName?: string;
  readonly commit?: string;
  readonly secretRef?: string;
  readonly username?: string;
  readonly password?: string;
  readonly caFile?: string;
  readonly fetchTimeout?: string;
  readonly ignorePaths?: readonly string[];
  readonly proxySecretRef?: string;
  readonly provider?: string;
  readonly recurseSubmodules?: boolean;
  readonly sparseCheckoutPaths?: readonly string[];
}

/** The GitRepository that a command line describes; `secret` is one made for it. */
export function gitRepositoryManifest(
  at: ObjectName,
  options: GitRepositoryOptions,
  secret: string | undefined,
): KubeObject {
  const scheme = urlScheme(options.url);
  if (options.caFile && scheme === 'ssh') {
    throw new Error('specifying a CA file is not supported for Git over SSH');
  }
  const secretName = options.secretRef ?? secret;
  const { provider, proxySecretRef, fetchTimeout } = options;
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { ...objectName(at), ...labels(options.label) },
    spec: {
      interval: goDuration('interval', options.interval),
      ref: gitRef(options),
      url: options.url,
      ...(fetchTimeout && { timeout: goDuration('fetch-timeout', fetchTimeout) }),
      ...(options.ignorePaths && { ignore: options.ignorePaths.join('\n') }),
      ...(secretName && { secretRef: { name: secretName } }),
      ...(proxySecretRef && { proxySecretRef: { name: proxySecretRef } }),
      ...(provider && { provider }),
      ...(options.recurseSubmodules && { recurseSubmodules: true }),
      ...(options.sparseCheckoutPaths && { sparseCheckout: options.sparseCheckoutPaths }),
    },
  };
}

/** A Secret for the credentials on the command line, if there are any. */
export function gitSecretManifest(at: ObjectName, options: GitRepositoryOptions): KubeObject | undefined {
  const { username, password, caFile } = options;
  if (options.secretRef || !(username || password || caFile)) return undefined;
  if (urlScheme(options.url) === 'ssh') {
    throw new Error('credentials for Git over SSH come from a Secret: give --secret-ref');
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...objectName(at) },
    stringData: {
      ...(username && { username }),
      ...(password && { password }),
      ...(caFile && { 'ca.crt': readFileSync(caFile, 'utf8') }),
    },
  };
}

function urlScheme(url: string | undefined): string {
  if (!url) throw new Error('url is required');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1] ?? '';
  if (!['ssh', 'http', 'https'].includes(scheme)) {
    throw new Error(`git URL scheme '${scheme}' not supported, can be: ssh, http and https`);
  }
  return scheme;
}

// A branch goes with a commit, otherwise the first of these wins.
function gitRef(options: GitRepositoryOptions): Record<string, string> {
  const { commit, branch, refName, tagSemver, tag } = options;
  if (commit) return { ...(branch && { branch }), commit };
  if (refName) return { name: refName };
  if (tagSemver) return { semver: tagSemver };
  if (tag) return { tag };
  if (branch) return { branch };
  throw new Error(
    'a Git ref is required, use one of the following: --branch, --tag, --commit, --ref-name or --tag-semver',
  );
}

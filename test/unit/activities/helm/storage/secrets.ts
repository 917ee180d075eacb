import { gzipSync } from 'node:zlib';
import type { KubeObject } from '../../../../../api/kube-object.ts';

export interface StoredText {
  readonly name?: string;
  readonly version?: number;
  readonly status?: string;
  readonly resourceVersion?: string;
  /** What the record holds. */
  readonly json?: string | Buffer;
  /** `data` as it is, instead of the JSON. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The record of a release as helm stores it, in the namespace `prod`. */
export function recordSecret(stored: StoredText = {}): KubeObject {
  const { name = 'app', version = 1, status = 'deployed', resourceVersion = '1' } = stored;
  const json = stored.json ?? JSON.stringify({ name, namespace: 'prod', version, info: { status } });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.${name}.v${version}`,
      namespace: 'prod',
      uid: `uid-${name}-${version}`,
      resourceVersion,
      labels: { owner: 'helm', name, status, version: String(version), team: 'a' },
    },
    data: stored.data ?? { release: twice(gzipSync(json)) },
  };
}

/** Base64 of base64: of helm's own and of Secrets. */
export function twice(bytes: Buffer): string {
  return Buffer.from(bytes.toString('base64')).toString('base64');
}

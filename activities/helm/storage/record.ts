import type { KubeObject } from '../../../api/kube-object.ts';
import { FieldManager } from '../../../api/names.ts';
import { unpackRecord } from './compression.ts';
import { parseRelease } from './parse-release.ts';
import { RecordError } from './record-error.ts';
import type { CorruptRelease, Release, ReleaseRecord } from './release.ts';

/** The name of the Secret in which helm keeps a version of a release. */
export function recordName(name: string, version: number): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}

/** The record that a Secret is, by its metadata alone; undefined when it is none of this release. */
export function recordOf({ metadata }: KubeObject, release: string): ReleaseRecord | undefined {
  const version = Number(/\.v([1-9]\d{0,8})$/.exec(metadata.name)?.[1]);
  if (metadata.name !== recordName(release, version)) return undefined;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    version,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    status: metadata.labels?.['status'] ?? '',
    isOurs: isWrittenBy(metadata, FieldManager.helm),
  };
}

/** Whether all that is known of its writers is one name. */
function isWrittenBy({ managedFields }: KubeObject['metadata'], name: string): boolean {
  const entries = Array.isArray(managedFields) ? (managedFields as { readonly manager?: string }[]) : [];
  return entries.length > 0 && entries.every(({ manager }) => manager === name);
}

/** The release in a Secret, read or about to be written; undefined when the Secret is none of helm's. Never throws. */
export async function releaseOf(secret: KubeObject): Promise<Release | CorruptRelease | undefined> {
  const name = /^sh\.helm\.release\.v1\.(.+)\.v\d+$/.exec(secret.metadata.name)?.[1];
  const record = name === undefined ? undefined : recordOf(secret, name);
  if (name === undefined || record === undefined) return undefined;
  try {
    const release = parseRelease(await unpackRecord(dataOf(secret)), record);
    if (release.name !== name || release.version !== record.version)
      throw new RecordError('it is of another release than its name says');
    return release;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const { namespace, version } = record;
    const corrupt = `the record of helm in Secret/${namespace}/${record.name} cannot be read: ${error.message}`;
    return { version, corrupt, record };
  }
}

/** `data.release` of a record. Throws {@link RecordError} where it is missing. */
export function dataOf(secret: KubeObject): string {
  const { release } = (secret['data'] ?? {}) as { readonly release?: unknown };
  if (typeof release !== 'string') throw new RecordError('it has no data.release');
  return release;
}

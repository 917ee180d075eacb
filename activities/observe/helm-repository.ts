import { DEFAULT_REPOSITORY_INTERVAL, DEFAULT_REPOSITORY_TIMEOUT, isOci } from '../../api/helm-repository.ts';
import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import type { ReadySource } from './git-repository.ts';
import {
  attemptOf,
  durationField,
  ensureFinalizer,
  parseObject,
  suspensionNote,
  targetOfRef,
} from './object.ts';

export type ObservedHelmRepository =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting' }
  /** A registry: there is nothing to fetch, and what an index left in the object is not true any more. */
  | { readonly state: 'Static' }
  | ({ readonly state: 'Ready' } & ReadySource);

export async function observeHelmRepository(deps: Deps, { ref }: RefInput): Promise<ObservedHelmRepository> {
  const found = await deps.kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp) return { state: 'Deleting' };
  const object = parseObject(Kind.HelmRepository, found);
  if (isOci(object.spec)) return { state: 'Static' };
  await ensureFinalizer(deps.kube, ref, found);
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };
  durationField('interval', object.spec.interval || DEFAULT_REPOSITORY_INTERVAL);
  const timeoutMs = durationField('timeout', object.spec.timeout || DEFAULT_REPOSITORY_TIMEOUT);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs };
}

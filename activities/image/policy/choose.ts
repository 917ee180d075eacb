import type { ImagePolicy, ImagePolicyStatus, ImageRef } from '../../../api/image-policy.ts';
import type { ImageRepository } from '../../../api/image-repository.ts';
import { failed } from '../../failures.ts';
import type { TagDeps } from '../repository/contract.ts';
import { readTags } from '../repository/read-tags.ts';
import type { ScanOptions } from '../repository/scan.ts';
import { fetchDigest } from './digest.ts';
import { type FindDeps, findRepository, isScanned, unscanned } from './find-repository.ts';
import { selectTag } from './select.ts';

export type ChooseDeps = FindDeps & TagDeps;

/** The image that a policy stands at, and where it stood before. */
export interface Refs {
  readonly latestRef: ImageRef;
  readonly previousRef?: ImageRef;
}

/** What a policy chose. */
export interface Choice extends Refs {
  /** The status has it already. */
  readonly unchanged: boolean;
  /** The scan whose tags were chosen from; of tags that had to be listed anew the one that is replaced by it. */
  readonly scanRevision: string;
}

/**
 * Chooses the image of a policy, with its digest where the policy wants one. Throws DependencyNotReady, AccessDenied,
 * InvalidPolicy, Failure and what reading from the registry does.
 */
export async function chooseImage(deps: ChooseDeps, object: ImagePolicy, step: ScanOptions): Promise<Choice> {
  const repository = await scannedRepository(deps, object);
  const tags = await readTags(deps, repository, step);
  if (tags.length === 0) throw noTags(deps);
  const tag = await selectTag(object.spec, tags, step);
  const latestRef = await withDigest(deps, object, repository, { tag, signal: step.signal });
  const unchanged = isSameRef(object.status?.latestRef, latestRef);
  return { ...refsAfter(object.status, latestRef), unchanged, scanRevision: scanRevisionOf(repository) };
}

/** The ImageRepository of a policy once there is anything to choose from. Throws as {@link chooseImage}. */
export async function scannedRepository(deps: FindDeps, object: ImagePolicy): Promise<ImageRepository> {
  const found = await findRepository(deps, object);
  if ('missing' in found) throw failed(found.missing.reason, found.missing.message);
  if (!isScanned(found.repository)) throw noTags(deps);
  return found.repository;
}

export function scanRevisionOf({ status }: ImageRepository): string {
  return status?.lastScanResult?.revision ?? '';
}

/** What the two fields of the status become: the previous one moves on only when the choice does, be it by its digest. */
export function refsAfter(status: ImagePolicyStatus | undefined, latestRef: ImageRef): Refs {
  const { latestRef: before, observedPreviousRef } = status ?? {};
  const previousRef = isSameRef(before, latestRef) ? observedPreviousRef : before;
  return { latestRef, ...(previousRef && { previousRef }) };
}

export function isSameRef(a: ImageRef | undefined, b: ImageRef | undefined): boolean {
  return a?.name === b?.name && a?.tag === b?.tag && (a?.digest ?? '') === (b?.digest ?? '');
}

/** `name:tag`, with the digest where there is one. */
export function describeImage({ name, tag, digest }: ImageRef): string {
  return `${name}:${tag}${digest ? `@${digest}` : ''}`;
}

interface Tagged {
  readonly tag: string;
  readonly signal: AbortSignal;
}

async function withDigest(
  deps: ChooseDeps,
  { spec, status }: ImagePolicy,
  repository: ImageRepository,
  { tag, signal }: Tagged,
): Promise<ImageRef> {
  const { image: name } = repository.spec;
  if (spec.digestReflectionPolicy === 'Never') return { name, tag };
  const { latestRef } = status ?? {};
  const isKnown = latestRef?.digest && latestRef.name === name && latestRef.tag === tag;
  if (isKnown && spec.digestReflectionPolicy === 'IfNotPresent') {
    return { name, tag, digest: latestRef.digest };
  }
  return { name, tag, digest: await fetchDigest(deps, repository, tag, signal) };
}

function noTags({ policy }: FindDeps): Error {
  const { reason, message } = unscanned(policy.requeueDependencyMs);
  return failed(reason, message);
}

import { formatDuration } from '../../../api/duration.ts';
import type { ImagePolicy } from '../../../api/image-policy.ts';
import { type ImageRepository, imageRepository } from '../../../api/image-repository.ts';
import { describeRef, Kind, type ObjectRef } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { targetOfRef } from '../../observe/object.ts';
import { readImageName } from '../repository/canonical-name.ts';
import { assertNoWorkloadIdentity } from '../repository/registry-access.ts';
import { deniedReason } from './access.ts';

/** Why there is nothing to choose from yet. */
export interface Missing {
  readonly reason: Reason;
  readonly message: string;
}

export type FindDeps = Pick<Deps, 'kube' | 'policy'>;

const PREFIX = 'failed to get the referred ImageRepository';

/**
 * The ImageRepository of a policy, when the policy may use it; what is in the way otherwise, which another object or
 * flag can mend. Throws ImageURLInvalid and FeatureGateDisabled (stalled) where it could never be scanned.
 */
export async function findRepository(
  { kube, policy }: FindDeps,
  object: ImagePolicy,
): Promise<{ readonly repository: ImageRepository } | { readonly missing: Missing }> {
  const own = object.metadata.namespace;
  const ref = repositoryRefOf(object);
  const name = `ImageRepository/${ref.namespace}/${ref.name}`;
  if (policy.noCrossNamespaceRefs && ref.namespace !== own) {
    return denied(`cannot access '${name}', cross-namespace references have been blocked`);
  }
  const found = await kube.get(targetOfRef(ref));
  if (!found) {
    const told = `imagerepositories.image.toolkit.fluxcd.io "${ref.name}" not found`;
    return notReady(`${PREFIX}: referenced ImageRepository does not exist: ${told}`);
  }
  const parsed = imageRepository.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return notReady(`${describeRef(ref)}: ${issue?.path.join('.')}: ${issue?.message}; correct the field`);
  }
  const problem = await deniedReason(kube, own, parsed.data);
  if (problem !== undefined) return denied(problem);
  readImageName(parsed.data.spec.image);
  assertNoWorkloadIdentity(parsed.data, 'spec.serviceAccountName in the ImageRepository');
  return { repository: parsed.data };
}

/** The ImageRepository that a policy refers to, in its own namespace where the reference names none. */
function repositoryRefOf({ metadata, spec }: ImagePolicy): ObjectRef {
  const { name, namespace } = spec.imageRepositoryRef;
  return { kind: Kind.ImageRepository, namespace: namespace || metadata.namespace, name };
}

/** Whether the last scan was of the image that the spec names now, and found anything. */
export function isScanned({ spec, status }: ImageRepository): boolean {
  if (status?.canonicalImageName !== readImageName(spec.image).canonical) return false;
  return (status.lastScanResult?.tagCount ?? 0) > 0;
}

/** There are no tags to choose from: a scan will bring them. */
export function unscanned(retryMs: number): Missing {
  // Flux's words: what follows is its whole error.
  const message = `retrying in ${formatDuration(Math.round(retryMs / 1000) * 1000)} error: no tags in database`;
  return { reason: Reason.DependencyNotReady, message };
}

function denied(problem: string): { readonly missing: Missing } {
  return { missing: { reason: Reason.AccessDenied, message: `${PREFIX}: ${problem}` } };
}

function notReady(message: string): { readonly missing: Missing } {
  return { missing: { reason: Reason.DependencyNotReady, message } };
}

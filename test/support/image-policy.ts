import type { Policy } from '../../activities/deps.ts';
import { parseObject } from '../../activities/observe/object.ts';
import type { ImagePolicy } from '../../api/image-policy.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';
import { type ScanRig, startScanRig } from './image-scan.ts';

export const POLICY_REF = { kind: Kind.ImagePolicy, namespace: 'apps', name: 'web-v1' } as const;

interface Parts {
  readonly metadata?: object;
  readonly status?: object;
}

/** The ImagePolicy `apps/web-v1`, which chooses the highest version of the ImageRepository `apps/web`. */
export function policyObject(spec: object = {}, { metadata, status }: Parts = {}): KubeObject {
  const { namespace, name } = POLICY_REF;
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { namespace, name, uid: 'p', resourceVersion: '1', generation: 2, ...metadata },
    spec: { imageRepositoryRef: { name: 'web' }, policy: { semver: { range: '*' } }, ...spec },
    ...(status && { status }),
  } as KubeObject;
}

/** The same, parsed. */
export function imagePolicyOf(spec?: object, parts?: Parts): ImagePolicy {
  return parseObject(Kind.ImagePolicy, policyObject(spec, parts));
}

export interface PolicyRig extends ScanRig {
  readonly deps: ScanRig['deps'] & { readonly policy: Policy };
}

/** What a policy needs, with a real registry client and store, for the running test. */
export async function startPolicyRig(
  objects: readonly KubeObject[],
  policy: Partial<Policy> = {},
): Promise<PolicyRig> {
  const rig = await startScanRig(objects);
  const usual: Policy = {
    noCrossNamespaceRefs: false,
    defaultServiceAccount: undefined,
    requeueDependencyMs: 30_000,
  };
  return { ...rig, deps: { ...rig.deps, policy: { ...usual, ...policy } } };
}

import { parseObject } from '../../activities/observe/object.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';

export const AUTOMATION_REF = {
  kind: Kind.ImageUpdateAutomation,
  namespace: 'apps',
  name: 'commits',
} as const;

interface Parts {
  readonly metadata?: object;
  readonly status?: object;
}

/** The ImageUpdateAutomation `apps/commits` of the GitRepository `apps/fleet`, as the API server would have it. */
export function automationObject(spec: object = {}, { metadata, status }: Parts = {}): KubeObject {
  const { namespace, name } = AUTOMATION_REF;
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    metadata: { namespace, name, uid: 'a', resourceVersion: '1', generation: 2, ...metadata },
    spec: {
      interval: '5m',
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
      git: { commit: { author: { email: 'pawl@example.org' } } },
      ...spec,
    },
    ...(status && { status }),
  } as KubeObject;
}

/** The same, parsed. */
export function automationOf(spec?: object, parts?: Parts): ImageUpdateAutomation {
  return parseObject(Kind.ImageUpdateAutomation, automationObject(spec, parts));
}

import type { KubeObject } from '../../../api/kube-object.ts';
import { normalized } from '../../apply/prepare.ts';
import type { KubeClient } from '../../kube/client.ts';
import { objectsOf, withNamespaces } from '../manifest.ts';
import { type Failure, failureOf } from './failure.ts';

/** A release as helm has stored it. */
export interface InstalledRelease {
  readonly name: string;
  readonly namespace: string;
  /** Without its hooks, which are no part of what stays. */
  readonly manifest: string;
}

/**
 * The objects of a release as an apply would send them: in the spelling that servers keep, with the namespace of the
 * release where they have none and with what helm adds to each. Those of unknown kinds are failures.
 */
export async function desiredObjects(
  kube: KubeClient,
  release: InstalledRelease,
): Promise<{ readonly objects: readonly KubeObject[]; readonly failures: readonly Failure[] }> {
  const complete = await withNamespaces(
    kube,
    objectsOf(release.manifest, 'the manifest of the release'),
    release.namespace,
  );
  const objects: KubeObject[] = [];
  const failures: Failure[] = [];
  for (const { object, isNamespaced, error } of complete) {
    if (isNamespaced === undefined) failures.push(failureOf(object, 'query', error));
    else objects.push(withHelmMetadata(normalized(object, isNamespaced), release));
  }
  return { objects, failures };
}

/** Helm adds these when it applies, and not to the manifest that it stores (pkg/action/validate.go). */
function withHelmMetadata(object: KubeObject, { name, namespace }: InstalledRelease): KubeObject {
  const { labels, annotations } = object.metadata;
  const metadata = {
    ...object.metadata,
    labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: {
      ...annotations,
      'meta.helm.sh/release-name': name,
      'meta.helm.sh/release-namespace': namespace,
    },
  };
  return { ...object, metadata };
}

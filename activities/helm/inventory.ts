import { type InventoryEntry, inventoryEntry } from '../../api/object-id.ts';
import { messageOf } from '../failures.ts';
import type { KubeClient } from '../kube/client.ts';
import type { CrdFile } from './chart/read-chart.ts';
import { objectsOf, withNamespaces } from './manifest.ts';

export interface ReleaseInventory {
  readonly entries: readonly InventoryEntry[];
  /** For the event NamespaceCheckSkipped. */
  readonly warnings: readonly string[];
}

const HOOK = 'helm.sh/hook';

/**
 * What `status.inventory` says of a release: the objects of its manifest but the hooks, then what the chart's `crds/`
 * hold (helm-controller `internal/inventory`). Throws a ManifestError where a text is no YAML.
 */
export async function releaseInventory(
  kube: KubeClient,
  manifest: string,
  releaseNamespace: string,
  crds: readonly CrdFile[],
): Promise<ReleaseInventory> {
  const objects = objectsOf(manifest, 'the manifest of the release').filter(
    ({ metadata }) => metadata.annotations?.[HOOK] === undefined,
  );
  const complete = await withNamespaces(kube, objects, releaseNamespace);
  const defined = crds.flatMap(({ path, content }) => objectsOf(content, path));
  return {
    entries: [...complete.map(({ object }) => object), ...defined].map(inventoryEntry),
    warnings: complete.flatMap(({ object, error }) =>
      error === undefined || object.metadata.namespace
        ? []
        : [
            `failed to determine if ${object.kind} is namespace scoped, skipping namespace: ${messageOf(error)}`,
          ],
    ),
  };
}

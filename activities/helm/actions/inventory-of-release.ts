import type { InventoryEntry } from '../../../api/object-id.ts';
import { Reason } from '../../../api/reasons.ts';
import type { Deps } from '../../deps.ts';
import { messageOf } from '../../failures.ts';
import { recordDone } from '../../status/record-done.ts';
import { enabledCrds } from '../chart/enabled-crds.ts';
import type { Gathered } from '../gather.ts';
import { releaseInventory } from '../inventory.ts';
import type { Release } from '../storage/release.ts';

/** The objects of a release for its status; undefined when there is none, or when they cannot be told. */
export async function inventoryOfRelease(
  { deps, object, kube, chart, values, target }: Gathered & { readonly deps: Pick<Deps, 'events' | 'log'> },
  release: Release | undefined,
): Promise<readonly InventoryEntry[] | undefined> {
  if (release === undefined) return undefined;
  const warn = (reason: Reason, message: string) =>
    recordDone(deps, { object, type: 'Warning', reason, message });
  try {
    const crds = enabledCrds(chart, values.json);
    const inventory = await releaseInventory(kube, release.manifest, target.namespace, crds);
    if (inventory.warnings.length > 0)
      await warn(Reason.NamespaceCheckSkipped, inventory.warnings.join('; '));
    return inventory.entries;
  } catch (error) {
    const { namespace, name } = object.metadata;
    const message = `failed to build inventory for ${namespace}/${name}: ${messageOf(error)}`;
    await warn(Reason.InventoryBuildFailed, message);
    return undefined;
  }
}

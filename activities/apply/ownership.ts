import { describeObject, type KubeObject } from '../../api/kube-object.ts';
import { Label } from '../../api/names.ts';
import { inventoryEntry } from '../../api/object-id.ts';
import type { Contested, Owner } from './contract.ts';

/** The labels that name the Kustomization an object belongs to. */
export function ownerLabels(owner: Owner): Readonly<Record<string, string>> {
  return { [Label.ownerName]: owner.name, [Label.ownerNamespace]: owner.namespace };
}

/** Selects the objects of an owner in a list request. */
export function ownerSelector(owner: Owner): string {
  return Object.entries(ownerLabels(owner))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Whether the object, as the cluster has it, carries the labels of this very owner. */
export function isOwnedBy(live: KubeObject, owner: Owner): boolean {
  return Object.entries(ownerLabels(owner)).every(([key, value]) => live.metadata.labels?.[key] === value);
}

/** Tells when the cluster says that an object belongs to another Kustomization: two of them fight over it. */
export function contestedBy(live: KubeObject | undefined, owner: Owner): Contested | undefined {
  const name = live?.metadata.labels?.[Label.ownerName];
  const namespace = live?.metadata.labels?.[Label.ownerNamespace];
  if (live === undefined || name === undefined || namespace === undefined || isOwnedBy(live, owner))
    return undefined;
  return { object: describeObject(live), id: inventoryEntry(live).id, owner: `${namespace}/${name}` };
}

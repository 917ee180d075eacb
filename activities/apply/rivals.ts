import type { Kustomization } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps } from '../deps.ts';
import type { Owner, Plan } from './contract.ts';

/** Tells of objects that another Kustomization holds as well: each pass of one undoes the other's. */
export async function warnContested(
  deps: Deps,
  object: Kustomization,
  { contested }: Plan,
  revision: string,
): Promise<void> {
  if (contested.length === 0) return;
  const holderOf = await heldElsewhere(deps, object);
  for (const { object: subject, id } of contested) {
    const holder = holderOf(id);
    // Labels of one that does not list it are a hand-over, not a fight.
    if (!holder) continue;
    const message = `${subject} belongs to Kustomization/${holder.namespace}/${holder.name} as well: each overwrites what the other applies; remove it from one of them`;
    await deps.events.record({
      object,
      type: 'Warning',
      reason: Reason.Contested,
      message,
      metadata: { revision },
    });
  }
}

/** Who else lists an entry in an inventory: nothing that somebody holds is deleted, whatever its labels say. */
export async function heldElsewhere(
  deps: Deps,
  object: Kustomization,
): Promise<(id: string) => Owner | undefined> {
  // Not from the server's cache: an inventory that was written ahead a moment ago counts.
  const { items } = await deps.kube.list({ apiVersion: object.apiVersion, kind: object.kind });
  const holders = new Map<string, Owner>();
  for (const other of items) {
    if (other.metadata.uid === object.metadata.uid || other.metadata.deletionTimestamp) continue;
    const { entries } = (other as unknown as Kustomization).status?.inventory ?? { entries: [] };
    const { name, namespace = '' } = other.metadata;
    for (const { id } of entries) holders.set(id, { name, namespace });
  }
  return (id) => holders.get(id);
}

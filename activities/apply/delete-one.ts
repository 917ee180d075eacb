import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager } from '../../api/names.ts';
import type { ObjectId } from '../../api/object-id.ts';
import { faultPoint } from '../fault.ts';
import { type KubeClient, type Target, targetOf } from '../kube/client.ts';
import { isConflict } from '../kube/errors.ts';
import type { ApplyContext, Owner } from './contract.ts';
import { reasonToKeep } from './directives.ts';
import { isOwnedBy, ownerLabels } from './ownership.ts';

interface Entry {
  readonly id: ObjectId;
  /** Who else has it in the inventory. */
  readonly holder: Owner | undefined;
  /** The owner goes itself, and can keep no entry. */
  readonly isLeaving: boolean;
}

export type Verdict =
  | { readonly is: 'deleted'; readonly object: KubeObject }
  | { readonly is: 'gone' }
  | { readonly is: 'kept'; readonly reason: string }
  /** Another inventory holds it too, and yet the labels say that it is ours: whoever comes later decides. */
  | { readonly is: 'shared' };

// Each conflict means that somebody wrote the object between a read and the write after it.
const ATTEMPTS = 5;

/** Deletes what lies at an address that the inventory of the owner names, if it is this owner's to delete. */
export async function deleteOne(
  { kube, owner }: Pick<ApplyContext, 'kube' | 'owner'>,
  target: Target | undefined,
  { id, holder, isLeaving }: Entry,
): Promise<Verdict> {
  if (!target) return { is: 'gone' };
  // Written for a manifest with a namespace too many: the object may well be in the build, by its proper id.
  if (id.namespace !== '' && target.namespace === undefined)
    return { is: 'kept', reason: 'its kind has no namespace and the inventory names one' };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await judge({ kube, owner }, await kube.get(target), { holder, isLeaving });
    } catch (error) {
      // What it is by now is judged again: another object of this name, or one that was claimed.
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function judge(
  { kube, owner }: Pick<ApplyContext, 'kube' | 'owner'>,
  live: KubeObject | undefined,
  { holder, isLeaving }: Pick<Entry, 'holder' | 'isLeaving'>,
): Promise<Verdict> {
  if (!live) return { is: 'gone' };
  const reason = reasonToLeave(live, owner);
  if (reason !== undefined) return { is: 'kept', reason };
  if (holder) return isLeaving ? handOver(kube, live, holder) : { is: 'shared' };
  const { uid, resourceVersion } = live.metadata;
  await kube.delete(targetOf(live), { uid, resourceVersion, propagationPolicy: 'Background' });
  faultPoint('object.deleted');
  return { is: 'deleted', object: live };
}

function reasonToLeave(live: KubeObject, owner: Owner): string | undefined {
  return isOwnedBy(live, owner) ? reasonToKeep(live) : 'it does not carry the labels of this owner';
}

/**
 * The labels are to name somebody who knows of the object: left as they are, and dropped by its holder before that
 * one applies it again, it would be an orphan.
 */
async function handOver(kube: KubeClient, live: KubeObject, holder: Owner): Promise<Verdict> {
  const { resourceVersion } = live.metadata;
  const patch = { metadata: { resourceVersion, labels: ownerLabels(holder) } };
  await kube.patch(targetOf(live), patch, { type: 'merge', fieldManager: FieldManager.apply });
  return { is: 'kept', reason: `it is in the inventory of ${holder.namespace}/${holder.name}` };
}

import type { ImageUpdateAutomation } from '../../../api/image-update-automation.ts';
import { Kind } from '../../../api/object-ref.ts';
import type { Deps } from '../../deps.ts';
import { readUnparsed } from '../../observe/object.ts';
import { isSameMaker, type Maker, makerOf } from './made-by.ts';

/**
 * Asks automations for a run, so that they put their commits back on a branch that was made anew. Those that are gone, or
 * of another cluster, are not asked: they come with their interval.
 */
export async function askOthers(
  { kube, runs }: Pick<Deps, 'kube' | 'runs'>,
  others: readonly Maker[],
): Promise<void> {
  for (const maker of others) {
    const ref = { kind: Kind.ImageUpdateAutomation, namespace: maker.namespace, name: maker.name };
    const found = await readUnparsed<ImageUpdateAutomation>(kube, ref);
    if (found && isSameMaker(makerOf(found), maker)) await runs.request(ref, 'Source');
  }
}

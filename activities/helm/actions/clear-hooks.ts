import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../api/kube-object.ts';
import { type KubeClient, targetOf } from '../../kube/client.ts';
import { isConflict } from '../../kube/errors.ts';
import { objectsOf, withNamespaces } from '../manifest.ts';
import { type Hook, isCorrupt, type Release } from '../storage/release.ts';
import type { StoredReleases } from '../storage/storage.ts';

const HOOK = 'helm.sh/hook';
const LOOK_MS = 250;
const LONGEST_MS = 30_000;

/**
 * Removes the objects of hooks whose helm was cut off: it could not do so itself, and where the chart does not have
 * them removed before they are made again, the next helm would fail at their names for ever. `releases` are
 * the newest first; no helm may be at work.
 */
export async function clearCutOffHooks(
  kube: KubeClient,
  releases: StoredReleases,
  signal: AbortSignal,
): Promise<void> {
  const release = releases.find((stored): stored is Release => !isCorrupt(stored));
  if (release === undefined) return;
  const manifests = release.hooks.filter(isCutOff).map(({ manifest }) => manifest);
  const objects = manifests.flatMap((manifest) => objectsOf(manifest, 'a hook of the release'));
  const complete = await withNamespaces(kube, objects, release.namespace);
  // Whatever keeps one where it is, helm will say it when it fails at it.
  const known = complete.filter(({ error }) => error === undefined);
  await Promise.allSettled(known.map(({ object }) => remove(kube, object, signal)));
}

/** Helm notes that a hook runs before it makes it, and notes its end. */
function isCutOff({ lastRun, deletePolicies }: Hook): boolean {
  const isOpen = lastRun.phase === 'Running' || lastRun.phase === 'Unknown';
  const comesAnew = deletePolicies.length === 0 || deletePolicies.includes('before-hook-creation');
  return isOpen && lastRun.startedAt !== undefined && !comesAnew;
}

async function remove(kube: KubeClient, object: KubeObject, signal: AbortSignal): Promise<void> {
  const target = targetOf(object);
  const live = await kube.get(target);
  if (live?.metadata.annotations?.[HOOK] === undefined) return;
  const { uid } = live.metadata;
  try {
    await kube.delete(target, { uid, propagationPolicy: 'Background' });
  } catch (error) {
    // Somebody was faster, and made another one.
    if (!isConflict(error)) throw error;
  }
  for (let waited = 0; waited < LONGEST_MS && !signal.aborted; waited += LOOK_MS) {
    if ((await kube.get(target))?.metadata.uid !== uid) return;
    await sleep(LOOK_MS);
  }
}

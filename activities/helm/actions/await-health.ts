import { Label } from '../../../api/names.ts';
import { messageOf } from '../../failures.ts';
import { awaitHealthy } from '../../health/await.ts';
import { compileHealthExprs } from '../../health/exprs.ts';
import { vanishesWhenDone } from '../../health/kinds/job.ts';
import type { HealthTarget } from '../../health/targets.ts';
import { objectsOf, withNamespaces } from '../manifest.ts';
import type { HelmResult } from '../run/act.ts';
import { markFailed } from '../storage/mark-failed.ts';
import type { Release } from '../storage/release.ts';
import { newestOf, readVersions, type Turn } from './outcome.ts';

const HOOK = 'helm.sh/hook';
const BEAT_MS = 4_000;

/**
 * Waits for the health of what helm has applied, where the HelmRelease brings rules of its own for it: helm knows none,
 * and was told not to wait. A release that does not become healthy is marked as failed, as helm would have done.
 */
export async function awaitHealth(turn: Turn, result: HelmResult, disableWait: boolean): Promise<HelmResult> {
  const { object, kube, deps, step, timeoutMs } = turn;
  if (!object.spec.healthCheckExprs?.length || disableWait) return result;
  const release = newestOf(await readVersions(turn, result.written));
  if (release === undefined) return result;
  const beat = setInterval(() => step.heartbeat('waiting for health'), BEAT_MS);
  try {
    const targets = await targetsOf(turn, release);
    const exprs = compileHealthExprs(object.spec);
    await awaitHealthy({ kube, targets, exprs, timeoutMs, signal: step.signal, onProgress: step.heartbeat });
    return result;
  } catch (error) {
    const why = step.signal.aborted ? 'cancelled while waiting for health' : messageOf(error);
    await markFailed(kube, release, `Release "${release.name}" failed: ${why}`);
    deps.log.info({ release: release.name }, why);
    return step.signal.aborted ? { ...result, cancelled: true } : { ...result, error: why };
  } finally {
    clearInterval(beat);
  }
}

async function targetsOf({ kube, target }: Turn, { manifest }: Release): Promise<readonly HealthTarget[]> {
  const objects = objectsOf(manifest, 'the manifest of the release').filter(
    ({ metadata }) => metadata.annotations?.[HOOK] === undefined,
  );
  return (await withNamespaces(kube, objects, target.namespace)).map(({ object }) => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    // Whoever's it is: so that all releases of a namespace share a watch.
    labelSelector: Label.releaseName,
    ...(vanishesWhenDone(object) && { vanishesWhenDone: true }),
  }));
}

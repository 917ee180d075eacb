import type { KubeObject } from '../../../api/kube-object.ts';
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
 * Makes sure that what helm has applied is healthy. Where the HelmRelease brings rules of its own for that, helm was told
 * not to wait, since it knows none. Otherwise helm has waited, but by watches alone: the first event of one may be of
 * before the apply, and a rollout that has not begun looks like one that is done. So workloads are read once more. A
 * release that does not become healthy is marked as failed, as helm would have done.
 */
export async function awaitHealth(turn: Turn, result: HelmResult, disableWait: boolean): Promise<HelmResult> {
  const { object, kube, deps, step, timeoutMs } = turn;
  const { healthCheckExprs = [], waitStrategy } = object.spec;
  if (disableWait || (healthCheckExprs.length === 0 && waitStrategy?.name === 'legacy')) return result;
  const release = newestOf(await readVersions(turn, result.written));
  if (release === undefined) return result;
  const beat = setInterval(() => step.heartbeat('waiting for health'), BEAT_MS);
  try {
    const targets = await targetsOf(turn, release);
    if (targets.length === 0) return result;
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

async function targetsOf(
  { object, kube, target }: Turn,
  { manifest }: Release,
): Promise<readonly HealthTarget[]> {
  const isTarget = object.spec.healthCheckExprs?.length ? isNoHook : isRollout;
  const objects = objectsOf(manifest, 'the manifest of the release').filter(isTarget);
  return (await withNamespaces(kube, objects, target.namespace)).map(({ object: applied }) => ({
    apiVersion: applied.apiVersion,
    kind: applied.kind,
    namespace: applied.metadata.namespace,
    name: applied.metadata.name,
    // Whoever's it is: so that all releases of a namespace share a watch.
    labelSelector: Label.releaseName,
    ...(vanishesWhenDone(applied) && { vanishesWhenDone: true }),
  }));
}

function isNoHook({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[HOOK] === undefined;
}

const ROLLOUTS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** A workload that rolls out in steps; helm waits for none that is paused. */
function isRollout(object: KubeObject): boolean {
  const isPaused = (object['spec'] as { paused?: boolean } | undefined)?.paused === true;
  return isNoHook(object) && object.apiVersion === 'apps/v1' && ROLLOUTS.has(object.kind) && !isPaused;
}

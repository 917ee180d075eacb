import { findCondition } from '../../api/conditions.ts';
import { isOci } from '../../api/helm-repository.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Annotation } from '../../api/names.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import { planApply } from '../apply/plan.ts';
import { applyContext, inventoryOf } from '../apply/steps.ts';
import { build } from '../build/steps.ts';
import type { Deps, RefInput } from '../deps.ts';
import { messageOf } from '../failures.ts';
import { checkHealth } from '../health/check.ts';
import { compileHealthExprs } from '../health/exprs.ts';
import { kustomizationTargets } from '../health/steps.ts';
import { chartRefOf } from '../helm/chart-template.ts';
import { lacks } from '../helm/decide.ts';
import { lookAtImagePolicy } from '../image/policy/due.ts';
import { lookAtImageRepository } from '../image/repository/due.ts';
import { lookAtReceiver } from '../notify/receiver/due.ts';
import type { StepContext } from '../steps.ts';
import { readChartSource } from './helm-chart.ts';
import { parseObject, targetOfRef } from './object.ts';
import { readArtifact, readyChart } from './source.ts';

/** What a look at an idle object found. */
export interface Checked {
  /** True when a run was asked for. */
  readonly requested: boolean;
  readonly message: string;
  /** How many objects of the cluster were compared. */
  readonly objects?: number;
}

export interface CheckInput extends RefInput {
  /** Whether it is the look that a failed or waiting run arranged: the run that is asked for tells so. */
  readonly isRetry?: boolean;
}

/**
 * The read-only look of a tick: is there anything that a run would do? Only then one is asked for.
 * A check that cannot be made asks as well: the run says what is wrong in the object's status.
 */
export async function checkObject(
  deps: Deps,
  { ref, isRetry = false }: CheckInput,
  step: StepContext,
): Promise<Checked> {
  const object = await deps.kube.get(targetOfRef(ref));
  if (!object) {
    await deps.runs.forget(ref);
    return { requested: false, message: 'the object is gone, and so is its schedule' };
  }
  const idle = await idleReason(deps, ref, object);
  if (idle !== undefined) return { requested: false, message: idle };
  const { due, message, objects = 0 } = await look(deps, ref, object, step);
  if (due === undefined) return { requested: false, message, objects };
  // Behind a retry that somebody else did already, the look is like any other.
  const isStillSo = isRetry && behindReason(object) !== undefined;
  await deps.runs.request(ref, isStillSo ? 'Retry' : due);
  return { requested: true, message, objects };
}

/** Why nothing is to be done whatever a look would find. */
async function idleReason(deps: Deps, ref: ObjectRef, object: KubeObject): Promise<string | undefined> {
  if ((object['spec'] as { suspend?: boolean } | undefined)?.suspend) return 'suspended';
  if (waitsForChange(ref, object)) return 'stalled: it waits for a change';
  const reconciling = findCondition(conditionsOf(object), 'Reconciling');
  // A run that waits for health must not be sent back to its start by the clock.
  if (reconciling?.reason === 'Progressing' && (await deps.runs.isRunning(ref))) return 'a run is open';
  return undefined;
}

/** Whether only a change helps, which the watch sees; of a registry it sees none. */
function waitsForChange({ kind }: ObjectRef, object: KubeObject): boolean {
  if (findCondition(conditionsOf(object), 'Stalled')?.status !== 'True') return false;
  const status = (object['status'] ?? {}) as { observedSourceArtifactRevision?: string };
  if (kind === Kind.HelmChart && status.observedSourceArtifactRevision === undefined) return false;
  return isAnswered(object);
}

interface Found {
  /** The trigger of the run that is due. */
  readonly due?: string;
  readonly message: string;
  readonly objects?: number;
}

async function look(deps: Deps, ref: ObjectRef, object: KubeObject, step: StepContext): Promise<Found> {
  const behind = behindReason(object);
  if (behind !== undefined) return { due: 'Interval', message: behind };
  try {
    return await LOOKS[ref.kind](deps, object, step);
  } catch (error) {
    if (step.signal.aborted) throw error;
    return { due: 'Interval', message: `the check failed: ${messageOf(error)}` };
  }
}

/** What the status alone says. */
function behindReason(object: KubeObject): string | undefined {
  const status = object['status'] as LooseStatus | undefined;
  if (object.metadata.deletionTimestamp) return 'deleted';
  if (findCondition(conditionsOf(object), 'Ready')?.status !== 'True') return 'not ready';
  if (status?.observedGeneration !== object.metadata.generation) return 'the spec changed';
  return isAnswered(object) ? undefined : 'a reconcile was requested';
}

/** Whether the newest spec and the newest request were seen, and it is not to go. */
function isAnswered({ metadata, ...object }: KubeObject): boolean {
  const { observedGeneration, lastHandledReconcileAt } = (object['status'] ?? {}) as LooseStatus;
  const requestedAt = metadata.annotations?.[Annotation.requestedAt];
  return (
    metadata.deletionTimestamp === undefined &&
    observedGeneration === metadata.generation &&
    (requestedAt === undefined || requestedAt === lastHandledReconcileAt)
  );
}

interface LooseStatus {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
}

async function lookAtKustomization(deps: Deps, found: KubeObject, step: StepContext): Promise<Found> {
  const object = parseObject(Kind.Kustomization, found);
  const artifact = await readArtifact(deps.kube, object);
  if (artifact?.revision !== object.status?.lastAppliedRevision || artifact === undefined) {
    return { due: 'Source', message: `the source is at ${artifact?.revision ?? 'no revision'}` };
  }
  const built = await build(deps, object, artifact, step.signal);
  const plan = await planApply(applyContext(deps, object), built.objects, inventoryOf(object));
  const objects = plan.checked;
  const drifted = plan.entries.filter(({ action }) => action === 'create' || action === 'configure').length;
  if (drifted + plan.stale.length > 0) {
    return {
      due: 'Interval',
      message: `${drifted} of ${objects} objects drifted, ${plan.stale.length} to prune`,
      objects,
    };
  }
  const targets = await kustomizationTargets(deps, object, built.objects);
  const health = await checkHealth(deps.impersonate(object), targets, compileHealthExprs(object.spec));
  if (health.current < health.total) {
    return { due: 'Interval', message: `${health.total - health.current} objects are not healthy`, objects };
  }
  return { message: `nothing to do, ${objects} objects checked`, objects };
}

async function lookAtGitRepository(deps: Deps, found: KubeObject, step: StepContext): Promise<Found> {
  const check = await deps.git.check(parseObject(Kind.GitRepository, found), step.signal);
  return lookAtRemote('the remote', check);
}

async function lookAtHelmRepository(deps: Deps, found: KubeObject, step: StepContext): Promise<Found> {
  const object = parseObject(Kind.HelmRepository, found);
  if (isOci(object.spec)) return { message: 'nothing to do, a registry has no index' };
  return lookAtRemote('the index', await deps.charts.check(object, step.signal));
}

function lookAtRemote(what: string, { revision, changed }: { revision: string; changed: boolean }): Found {
  return changed
    ? { due: 'Interval', message: `${what} is at ${revision}` }
    : { message: `nothing to do, ${what} is at ${revision}` };
}

async function lookAtHelmChart(deps: Deps, found: KubeObject, step: StepContext): Promise<Found> {
  const object = parseObject(Kind.HelmChart, found);
  const source = await readChartSource(deps.kube, object);
  if (!source) return { due: 'Interval', message: 'the source is gone' };
  const { changed, message } = await deps.chartBuilder.check(object, source, step);
  return changed ? { due: 'Interval', message } : { message: `nothing to do, ${message}` };
}

async function lookAtHelmRelease(deps: Deps, found: KubeObject, step: StepContext): Promise<Found> {
  const object = parseObject(Kind.HelmRelease, found);
  const ref = chartRefOf(object);
  const chart = readyChart(await deps.kube.get(targetOfRef(ref)), ref);
  if ('missing' in chart) return { due: 'Interval', message: chart.missing };
  const lacking = await lacks(deps, object, chart.artifact, step);
  const objects = object.status?.inventory?.entries.length ?? 0;
  return lacking === undefined
    ? { message: `nothing to do, chart ${chart.artifact.revision} is released`, objects }
    : { due: 'Interval', message: lacking, objects };
}

type Look = (deps: Deps, found: KubeObject, step: StepContext) => Promise<Found>;

const LOOKS: Readonly<Record<Kind, Look>> = {
  GitRepository: lookAtGitRepository,
  HelmRepository: lookAtHelmRepository,
  HelmChart: lookAtHelmChart,
  Kustomization: lookAtKustomization,
  HelmRelease: lookAtHelmRelease,
  ImageRepository: async (deps, found) =>
    lookAtImageRepository(deps, parseObject(Kind.ImageRepository, found)),
  ImagePolicy: async (deps, found, step) =>
    lookAtImagePolicy(deps, parseObject(Kind.ImagePolicy, found), step),
  // Its run is the look: one question to the remote, and the time of it is what readers of the status go by.
  ImageUpdateAutomation: async () => ({
    due: 'Interval',
    message: 'the branch is compared with the policies',
  }),
  Receiver: async (deps, found) => lookAtReceiver(deps, parseObject(Kind.Receiver, found)),
};

function conditionsOf(object: KubeObject) {
  return (object['status'] as { conditions?: Parameters<typeof findCondition>[0] } | undefined)?.conditions;
}

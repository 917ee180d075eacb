import { isOci } from '../../api/helm-repository.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';
import { planApply } from '../apply/plan.ts';
import { applyContext, inventoryOf } from '../apply/steps.ts';
import { build } from '../build/steps.ts';
import type { Deps } from '../deps.ts';
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

/** What a look at an object that its status says is ready found. */
export interface Found {
  /** The trigger of the run that is due. */
  readonly due?: string;
  readonly message: string;
  readonly objects?: number;
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

/** Whether a run would do anything, by the kind. Throws where that cannot be told. */
export const LOOKS: Readonly<Record<Kind, Look>> = {
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

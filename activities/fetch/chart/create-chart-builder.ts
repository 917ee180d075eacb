import type { Artifact } from '../../../api/artifact.ts';
import { ConditionType, findCondition } from '../../../api/conditions.ts';
import type { HelmChart } from '../../../api/helm-chart.ts';
import { type HelmRepository, isOci } from '../../../api/helm-repository.ts';
import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import { failed, messageOf } from '../../failures.ts';
import { faultPoint } from '../../fault.ts';
import { isServed } from '../artifact-download.ts';
import { type AskForArtifact, openOrAsk } from '../ask-for-artifact.ts';
import type { OpenArtifact } from '../open-artifact.ts';
import type { ArtifactStore } from '../store.ts';
import { withReason } from './chart-failure.ts';
import type { BuiltChart, ChartBuilder, ChartBuildOptions, ChartCheck, ChartSource } from './contract.ts';
import { createFetchDependency } from './fetch-dependency.ts';
import {
  hasSameInputs,
  hasSameName,
  isCurrent,
  isSettled,
  observedFiles,
  sourceRevisionOf,
} from './observed-chart.ts';
import { packageName } from './pack-chart.ts';
import type { ChartPlan } from './plan.ts';
import { planFromGit } from './plan-from-git.ts';
import { planFromRepository, type RepositoryCharts } from './plan-from-repository.ts';
import { valuesFilesOf } from './values-files.ts';

export interface ChartBuilderOptions {
  readonly store: ArtifactStore;
  /** Where others reach the store's artifact server: `http://host:port`. */
  readonly advertisedUrl: string;
  readonly openArtifact: OpenArtifact;
  readonly askForArtifact: AskForArtifact;
  readonly repositories: RepositoryCharts;
  /** The HelmRepositories of a namespace: dependencies use the credentials of the one with their URL. */
  readonly listRepositories: (namespace: string) => Promise<readonly HelmRepository[]>;
}

/** Makes charts by the rules of source-controller (internal/controller/helmchart_controller.go, internal/helm/chart). */
export function createChartBuilder(options: ChartBuilderOptions): ChartBuilder {
  return {
    async check(chart, source, step): Promise<ChartCheck> {
      const previous = await keptArtifact(options, chart, step.signal);
      const isHere = previous !== undefined && previous.url === chart.status?.artifact?.url;
      if (isHere && hasSameInputs(chart, source)) {
        const { revision } = previous;
        return { changed: false, version: revision, message: upToDate(revision) };
      }
      const plan = await planOf(options, { chart, source }, step);
      const isSame = isHere && isCurrent(chart, plan) && isSettled(chart, source);
      const complaint = isSame ? await complaintOf(plan) : undefined;
      const message = complaint ?? (isSame ? upToDate(plan.version) : summaryOf('new', plan));
      return { changed: !isSame || complaint !== undefined, version: plan.version, message };
    },

    async build(chart, source, step): Promise<BuiltChart> {
      const previous = await keptArtifact(options, chart, step.signal);
      if (previous !== undefined && hasSameInputs(chart, source)) return observed(chart, source, previous);
      const plan = await planOf(options, { chart, source }, step);
      if (previous !== undefined && isCurrent(chart, plan)) {
        await plan.verify?.();
        return result(plan, source, { artifact: previous, valuesFiles: observedFiles(chart, plan) });
      }
      step.heartbeat({ building: `${plan.name} ${plan.version}` });
      if (!hasSameName(chart, plan)) await step.onNewChart?.(summaryOf('new', plan));
      const { archive, valuesFiles, dependencies } = await plan.make();
      const artifact = await keep(options, chart, { plan, archive });
      return { ...result(plan, source, { artifact, valuesFiles }), unchanged: false, dependencies };
    },
  };
}

/** What the store or another worker still has of the last build; its address is ours when nobody else serves it. */
async function keptArtifact(
  { store, advertisedUrl }: ChartBuilderOptions,
  { status }: HelmChart,
  signal: AbortSignal,
): Promise<Artifact | undefined> {
  const previous = status?.artifact;
  if (previous === undefined) return undefined;
  const ours = `${advertisedUrl}/${previous.path}`;
  const isThere = previous.url !== ours && (await isServed(previous.url, signal));
  if (isThere) return previous;
  return (await store.has(previous.path)) ? { ...previous, url: ours } : undefined;
}

async function planOf(
  { openArtifact, askForArtifact, repositories, listRepositories }: ChartBuilderOptions,
  { chart, source }: { readonly chart: HelmChart; readonly source: ChartSource },
  step: ChartBuildOptions,
): Promise<ChartPlan> {
  const artifact = source.status?.artifact;
  if (source.kind === 'HelmRepository' && (isOci(source.spec) || artifact !== undefined))
    return await planFromRepository({ chart, repository: source, charts: repositories, options: step });
  if (source.kind === 'HelmRepository' || artifact === undefined) {
    const { kind, name } = chart.spec.sourceRef;
    throw failed(Reason.NoSourceArtifact, `no artifact available for ${kind} source '${name}'`);
  }
  const { namespace } = chart.metadata;
  const ref = { kind: Kind.GitRepository, namespace, name: chart.spec.sourceRef.name };
  const open = () => openArtifact(artifact, { signal: step.signal });
  const directory = await openOrAsk(askForArtifact, ref, open);
  return await planFromGit({
    chart,
    artifact,
    directory,
    fetchDependency: (place) =>
      createFetchDependency(
        { ...place, repositories, namespace, listRepositories: () => listRepositories(namespace) },
        step,
      ),
  });
}

/** What is wrong with the signature of a chart that is there; a run then says so in the status. */
async function complaintOf({ verify }: ChartPlan): Promise<string | undefined> {
  try {
    await verify?.();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function keep(
  { store, advertisedUrl }: ChartBuilderOptions,
  { metadata: { namespace, name } }: HelmChart,
  { plan, archive }: { readonly plan: ChartPlan; readonly archive: Buffer },
): Promise<Artifact> {
  await withReason(Reason.ChartPackageError, `chart '${plan.name}'`, () =>
    packageName(plan.name, plan.version),
  );
  const stored = await store.putChart({ kind: 'HelmChart', namespace, name }, plan, chunks(archive));
  faultPoint('chart.stored');
  const lastUpdateTime = `${new Date().toISOString().slice(0, 19)}Z`;
  return { ...stored, revision: plan.version, url: `${advertisedUrl}/${stored.path}`, lastUpdateTime };
}

async function* chunks(archive: Buffer): AsyncGenerator<Buffer> {
  yield archive;
}

/** The chart that the status tells of. */
function observed(chart: HelmChart, source: ChartSource, artifact: Artifact): BuiltChart {
  const { conditions, observedChartName = '' } = chart.status ?? {};
  const stored = findCondition(conditions, ConditionType.ArtifactInStorage);
  const pulled = stored?.reason === Reason.ChartPullSucceeded;
  const { valuesFiles } = valuesFilesOf(chart.spec);
  const plan = { name: observedChartName, version: artifact.revision, pulled, valuesFiles };
  return result(plan, source, { artifact, valuesFiles: observedFiles(chart, plan) });
}

function result(
  plan: Omit<ChartPlan, 'make'>,
  source: ChartSource,
  { artifact, valuesFiles }: { readonly artifact: Artifact; readonly valuesFiles: readonly string[] },
): BuiltChart {
  const { name, version, pulled } = plan;
  const revision = sourceRevisionOf(source);
  return {
    unchanged: true,
    artifact,
    name,
    version,
    pulled,
    ...(valuesFiles.length > 0 && { valuesFiles }),
    ...(revision !== undefined && { sourceRevision: revision }),
    isVerified: plan.verify !== undefined,
    dependencies: 0,
    message: summaryOf(pulled ? 'pulled' : 'packaged', { name, version, valuesFiles }),
  };
}

/** Flux's sentence of a build. */
function summaryOf(
  action: 'new' | 'pulled' | 'packaged',
  { name, version, valuesFiles }: Pick<ChartPlan, 'name' | 'version' | 'valuesFiles'>,
): string {
  const merged =
    action !== 'new' && valuesFiles.length > 0 ? ` and merged values files [${valuesFiles.join(' ')}]` : '';
  return `${action} '${name}' chart with version '${version}'${merged}`;
}

function upToDate(version: string): string {
  return `artifact up-to-date with remote revision: '${version}'`;
}

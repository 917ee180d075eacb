import type { Alert } from '../../../api/alert.ts';
import { gitRepository } from '../../../api/git-repository.ts';
import { type HelmChart, helmChart } from '../../../api/helm-chart.ts';
import { helmRelease } from '../../../api/helm-release.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { kustomization } from '../../../api/kustomization.ts';
import { API_VERSION, Kind } from '../../../api/object-ref.ts';
import type { Deps } from '../../deps.ts';
import { chartRefOf } from '../../helm/chart-template.ts';
import type { Concerned } from './aggregate.ts';
import { commitOfRevision } from './commit-of.ts';
import { type Ended, kustomizationOutcome, type Outcome, releaseOutcome } from './outcome.ts';

type Access = Pick<Deps, 'kube' | 'policy'>;
type EventSource = Alert['spec']['eventSources'][number];

export interface CommitLook {
  /** Those that build from the commit, or did when it was looked at before. */
  readonly objects: readonly Concerned[];
  /** The GitRepositories that have it or had it, as `namespace/name`. */
  readonly sources: readonly string[];
}

/** What a look at a commit leaves for the next one. */
export interface Seen {
  /** The GitRepositories that had the commit, as `namespace/name`. */
  readonly sources: readonly string[];
  /** What those came to that had ended. */
  readonly ended: Ended;
}

export interface CommitQuestion extends Seen {
  readonly alert: Alert;
  readonly commit: string;
}

/** One object that the Alert names, and the GitRepository that it builds from. */
interface Built {
  readonly name: string;
  readonly source: string;
  readonly outcome: (commit: string) => Outcome;
}

/**
 * The objects among an Alert's sources that a commit concerns: Kustomizations, and HelmReleases whose chart is in a
 * GitRepository.
 */
export async function concernedBy(
  access: Access,
  { alert, commit, sources, ended }: CommitQuestion,
): Promise<CommitLook> {
  const built = await builtObjects(access, alert);
  const names = [...new Set(built.map(({ source }) => source))];
  const present = await Promise.all(names.map(async (name) => (await commitAt(access, name)) === commit));
  const here = new Set(names.filter((_name, at) => present[at]));
  const known = new Set([...sources, ...here]);
  const objects = built
    .filter(({ source }) => known.has(source))
    .map(({ name, source, outcome }) => {
      const hasMovedOn = !here.has(source);
      const now = outcome(commit);
      // Its status tells of another commit by now.
      const isOpen = now === 'running' || now === 'waiting';
      return { name, outcome: isOpen && hasMovedOn ? (ended[name] ?? 'running') : now, hasMovedOn };
    });
  return { objects, sources: names.filter((name) => known.has(name)) };
}

async function commitAt({ kube }: Access, key: string): Promise<string | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  const { GitRepository: kind } = Kind;
  const found = await kube.get({ apiVersion: API_VERSION[kind], kind, namespace, name });
  const revision = found && gitRepository.safeParse(found).data?.status?.artifact?.revision;
  return revision && commitOfRevision(revision);
}

async function builtObjects(access: Access, { metadata, spec }: Alert): Promise<readonly Built[]> {
  const own = metadata.namespace;
  const lists = spec.eventSources
    .filter(({ namespace = own }) => namespace === own || !access.policy.noCrossNamespaceRefs)
    .map((source) => listed(access, { ...source, namespace: source.namespace ?? own }));
  const built = (await Promise.all(lists)).flat();
  return [...new Map(built.map((object) => [object.name, object])).values()];
}

async function listed(access: Access, source: EventSource): Promise<readonly Built[]> {
  const kind = source.kind;
  if (kind !== Kind.Kustomization && kind !== Kind.HelmRelease) return [];
  const { namespace, name, matchLabels } = source;
  const labelSelector = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const { items } = await access.kube.list({
    apiVersion: API_VERSION[kind],
    kind,
    namespace,
    ...(name !== '*' && { fieldSelector: `metadata.name=${name}` }),
    ...(labelSelector.length > 0 && { labelSelector: labelSelector.join(',') }),
  });
  const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (kind === Kind.Kustomization) return live.flatMap(ofKustomization);
  return (await Promise.all(live.map((item) => ofRelease(access, item)))).flat();
}

function ofKustomization(item: KubeObject): readonly Built[] {
  const object = kustomization.safeParse(item).data;
  // What rests tries nothing: nobody waits for it.
  if (!object || object.spec.suspend) return [];
  const { namespace, name } = object.metadata;
  const { kind, ...ref } = object.spec.sourceRef;
  if (kind !== Kind.GitRepository) return [];
  return [
    {
      name: `${Kind.Kustomization}/${namespace}/${name}`,
      source: `${ref.namespace || namespace}/${ref.name}`,
      outcome: (commit) => kustomizationOutcome(object, commit),
    },
  ];
}

async function ofRelease({ kube }: Access, item: KubeObject): Promise<readonly Built[]> {
  const object = helmRelease.safeParse(item).data;
  if (!object || object.spec.suspend) return [];
  const { namespace, name } = object.metadata;
  const ref = chartRefOf(object);
  const template = object.spec.chart?.spec.sourceRef;
  // Most charts are elsewhere, and their releases many.
  if (template !== undefined && template.kind !== Kind.GitRepository) return [];
  const chart = await chartOf(kube, ref);
  // It may be about to be made.
  const source = chart?.spec.sourceRef ?? template;
  if (source?.kind !== Kind.GitRepository) return [];
  return [
    {
      name: `${Kind.HelmRelease}/${namespace}/${name}`,
      source: `${ref.namespace}/${source.name}`,
      outcome: (commit) => releaseOutcome(object, chart, commit),
    },
  ];
}

async function chartOf(
  kube: Deps['kube'],
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<HelmChart | undefined> {
  const { HelmChart: kind } = Kind;
  const found = await kube.get({ apiVersion: API_VERSION[kind], kind, namespace, name });
  return found && helmChart.safeParse(found).data;
}

import type { HelmRelease } from '../../api/helm-release.ts';
import type { Deps } from '../deps.ts';
import { openOrAsk } from '../fetch/ask-for-artifact.ts';
import type { KubeClient } from '../kube/client.ts';
import { type ArtifactPointer, readConfig } from '../observe/source.ts';
import { type Chart, readChart } from './chart/read-chart.ts';
import { chartRefOf } from './chart-template.ts';
import { releaseName, releaseNamespace, storageNamespace } from './history/target.ts';
import { commonMetadataDigest, postRenderersDigest } from './post-render/digests.ts';
import type { StoredReleases } from './storage/storage.ts';
import { type ComposedValues, composeValues } from './values/compose.ts';

/** All that a decision about a release and an action on it work with. */
export interface Gathered {
  readonly object: HelmRelease;
  /** The cluster as the release's service account sees it. */
  readonly kube: KubeClient;
  readonly target: ReleaseTarget;
  readonly chartDigest: string;
  /** The chart's archive on this machine, and what is in it. */
  readonly archive: string;
  readonly chart: Chart;
  readonly values: ComposedValues;
  /** Helm's records, newest first. */
  readonly releases: StoredReleases;
  readonly postRenderersDigest: string | undefined;
  readonly commonMetadataDigest: string | undefined;
}

/** Where a release is. */
export interface ReleaseTarget {
  readonly name: string;
  /** Of its objects. */
  readonly namespace: string;
  /** Of helm's records. */
  readonly storageNamespace: string;
}

export function targetOf(object: HelmRelease): ReleaseTarget {
  return {
    name: releaseName(object),
    namespace: releaseNamespace(object),
    storageNamespace: storageNamespace(object),
  };
}

/** Reads chart, values and helm's records. Nothing is started and nothing changed. */
export async function gather(
  deps: Deps,
  object: HelmRelease,
  artifact: ArtifactPointer,
  signal: AbortSignal,
): Promise<Gathered> {
  const kube = deps.impersonate(object);
  const target = targetOf(object);
  const versions = (object.status?.history ?? []).map(({ version }) => version);
  const [archive, values, releases] = await Promise.all([
    openOrAsk(deps.askForArtifact, chartRefOf(object), () => deps.openArchive(artifact, { signal })),
    composeFor(deps, object),
    deps.releases.list(kube, { namespace: target.storageNamespace, name: target.name, versions }),
  ]);
  return {
    object,
    kube,
    target,
    chartDigest: artifact.digest,
    archive,
    chart: await readChart(archive, artifact.digest),
    values,
    releases,
    postRenderersDigest: postRenderersDigest(object.spec),
    commonMetadataDigest: commonMetadataDigest(object.spec),
  };
}

/** The values of a release, of the spec and of what it refers to. */
export function composeFor(
  { kube }: Pick<Deps, 'kube'>,
  { metadata, spec }: HelmRelease,
): Promise<ComposedValues> {
  const { namespace } = metadata;
  return composeValues({
    namespace,
    values: spec.values,
    valuesFrom: spec.valuesFrom,
    read: (kind, name) => readConfig(kube, { kind, namespace, name }),
  });
}

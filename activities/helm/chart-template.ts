import { isDeepStrictEqual } from 'node:util';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager, Label } from '../../api/names.ts';
import { API_VERSION, Kind, type ObjectRef } from '../../api/object-ref.ts';
import type { Deps } from '../deps.ts';
import { targetOfRef } from '../observe/object.ts';
import { patchStatus, type Status } from '../status/patch.ts';

/** Where the HelmChart of a release is: the one that its `chartRef` names, or the one that is made for it. */
export function chartRefOf({ spec, metadata }: Pick<HelmRelease, 'spec' | 'metadata'>): ObjectRef {
  const own = metadata.namespace;
  if (spec.chartRef)
    return { kind: Kind.HelmChart, namespace: spec.chartRef.namespace || own, name: spec.chartRef.name };
  const namespace = spec.chart?.spec.sourceRef.namespace || own;
  return { kind: Kind.HelmChart, namespace, name: `${own}-${metadata.name}` };
}

/**
 * Brings the HelmChart that is made for a release to what its template says, and returns the chart of the release as
 * it is then. One that an earlier spec made elsewhere is deleted. Undefined when `chartRef` leads nowhere.
 */
export async function keepHelmChart(deps: Deps, object: HelmRelease): Promise<KubeObject | undefined> {
  const ref = chartRefOf(object);
  const made = object.spec.chartRef ? undefined : `${ref.namespace}/${ref.name}`;
  if (object.status?.helmChart && object.status.helmChart !== made) await deleteHelmChart(deps, object);
  const found = await deps.kube.get(targetOfRef(ref));
  if (made === undefined) return found;
  const wanted = helmChartOf(object, ref);
  const isCurrent = found !== undefined && contains(found, wanted);
  const chart = isCurrent
    ? found
    : await deps.kube.apply(wanted, { fieldManager: FieldManager.helm, force: true });
  await tellHelmChart(deps, object, made);
  return chart;
}

/** Deletes the HelmChart that was made for a release. */
export async function deleteHelmChart(deps: Deps, object: HelmRelease): Promise<void> {
  const [namespace, name] = (object.status?.helmChart ?? '').split('/');
  if (!namespace || !name) return;
  const target = targetOfRef({ kind: Kind.HelmChart, namespace, name });
  const found = await deps.kube.get(target);
  const labels = found?.metadata.labels ?? {};
  const isOurs =
    labels[Label.releaseName] === object.metadata.name &&
    labels[Label.releaseNamespace] === object.metadata.namespace;
  // One that somebody else has taken over is theirs.
  if (isOurs) await deps.kube.delete(target, { uid: found?.metadata.uid });
}

/** The commands and tools that follow a release to its chart read it here. */
async function tellHelmChart(deps: Deps, object: HelmRelease, helmChart: string): Promise<void> {
  if (object.status?.helmChart === helmChart) return;
  const { namespace, name } = object.metadata;
  const ref = { kind: Kind.HelmRelease, namespace, name };
  await patchStatus(deps.kube, ref, object.status as Status, { ...object.status, helmChart } as Status);
}

function helmChartOf({ spec, metadata }: HelmRelease, { namespace, name }: ObjectRef): KubeObject {
  const template = spec.chart;
  const { sourceRef, interval, verify, ...fields } = template?.spec ?? {};
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: API_VERSION.HelmChart,
    kind: Kind.HelmChart,
    metadata: {
      name,
      namespace,
      labels: {
        ...labels,
        [Label.releaseName]: metadata.name,
        [Label.releaseNamespace]: metadata.namespace,
      },
      ...(annotations && { annotations }),
    },
    spec: {
      ...fields,
      interval: interval || spec.interval,
      sourceRef: { kind: sourceRef?.kind, name: sourceRef?.name },
      ...(verify && { verify }),
    },
  };
}

/** Whether an object says all that is wanted, and its spec nothing else. */
function contains(found: KubeObject, wanted: KubeObject): boolean {
  const { labels = {}, annotations = {} } = found.metadata;
  const has = (map: Readonly<Record<string, string>>, part: Readonly<Record<string, string>> = {}) =>
    Object.entries(part).every(([key, value]) => map[key] === value);
  return (
    has(labels, wanted.metadata.labels) &&
    has(annotations, wanted.metadata.annotations) &&
    isDeepStrictEqual(withoutSuspend(found['spec']), withoutSuspend(wanted['spec']))
  );
}

/** Whether a chart rests is not the template's to say. */
function withoutSuspend(spec: unknown): unknown {
  const { suspend: _suspend, ...rest } = (spec ?? {}) as Record<string, unknown>;
  return rest;
}

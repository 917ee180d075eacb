import type { GitRepository } from '../../api/git-repository.ts';
import { type HelmChart, unsupportedField } from '../../api/helm-chart.ts';
import { DEFAULT_REPOSITORY_TIMEOUT, isOci } from '../../api/helm-repository.ts';
import { describeRef, Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { stalled } from '../failures.ts';
import type { ChartSource } from '../fetch/chart/contract.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ReadySource } from './git-repository.ts';
import { attemptOf, durationField, type Idle, parseObject, readForPass, targetOfRef } from './object.ts';

/** Nothing is wrong, but the source has nothing yet. */
export interface WaitingChart {
  readonly reason: Reason;
  readonly message: string;
}

export type ObservedHelmChart =
  | Idle
  | ({ readonly state: 'Waiting' } & WaitingChart)
  | ({ readonly state: 'Ready' } & ReadySource);

export async function observeHelmChart(deps: Deps, { ref }: RefInput): Promise<ObservedHelmChart> {
  const read = await readForPass(deps.kube, Kind.HelmChart, ref);
  if ('idle' in read) return read.idle;
  const { object } = read;
  assertSupported(unsupportedField(object.spec));
  durationField('interval', object.spec.interval);
  const source = await readChartSource(deps.kube, object);
  if (source === undefined) {
    const message = `${describeRef(sourceRefOf(object))} not found: create it, or correct spec.sourceRef`;
    return { state: 'Waiting', reason: Reason.SourceUnavailable, message };
  }
  const isRegistry = source.kind === Kind.HelmRepository && isOci(source.spec);
  if (!isRegistry && source.status?.artifact === undefined) {
    const message = `no artifact available for ${source.kind} source '${source.metadata.name}'`;
    return { state: 'Waiting', reason: Reason.NoSourceArtifact, message };
  }
  const timeoutMs = TIMES * durationField('timeout', source.spec.timeout || DEFAULT_REPOSITORY_TIMEOUT);
  return { state: 'Ready', ref, ...attemptOf(object), timeoutMs };
}

// The timeout is of one request to the source: an index, a chart and its dependencies are several.
const TIMES = 5;

/** The source of a chart as it is now, always of the chart's own namespace; undefined when there is none. */
export async function readChartSource(kube: KubeClient, object: HelmChart): Promise<ChartSource | undefined> {
  const ref = sourceRefOf(object);
  const found = await kube.get(targetOfRef(ref));
  if (!found) return undefined;
  // Not parsed: a bad field of the source is the source's own matter.
  if (ref.kind === Kind.GitRepository) return found as unknown as GitRepository;
  return parseObject(Kind.HelmRepository, found);
}

function sourceRefOf({ metadata, spec }: HelmChart): ObjectRef {
  const { kind, name } = spec.sourceRef;
  // Another kind was refused before.
  const known = kind === 'GitRepository' ? Kind.GitRepository : Kind.HelmRepository;
  return { kind: known, namespace: metadata.namespace, name };
}

function assertSupported(field: string | undefined): void {
  if (field === undefined) return;
  throw stalled(
    Reason.UnsupportedField,
    `${field} of HelmChart is set, which this release does not honour yet; nothing was built: remove the field or keep the object with a controller that honours it`,
  );
}

import type { Reconciled, SourceRef } from './reconciled.ts';

/** Where a chart comes from: of a HelmChart, or of a HelmRelease. */
export interface ChartOrigin {
  /** What the object refers to: a source, or what `chartRef` names. */
  readonly source?: SourceRef;
  readonly name?: string;
  readonly version?: string;
  /** Whether `chartRef` names it, so that no HelmChart is made for the release. */
  readonly isReferred: boolean;
}

interface ChartFields {
  readonly chart?: string;
  readonly version?: string;
  readonly sourceRef?: SourceRef;
}

/** The chart that a HelmChart or a HelmRelease speaks of; without fields when its spec has none. */
export function chartOf(object: Reconciled): ChartOrigin {
  const { chart, chartRef } = object.spec as {
    readonly chart?: string | { readonly spec?: ChartFields };
    readonly chartRef?: SourceRef;
  };
  if (chartRef) return { source: chartRef, isReferred: true };
  const fields: ChartFields = typeof chart === 'object' ? (chart.spec ?? {}) : (object.spec as ChartFields);
  const { chart: name, version, sourceRef: source } = fields;
  return { ...(source && { source }), ...(name && { name }), ...(version && { version }), isReferred: false };
}

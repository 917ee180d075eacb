import { Kind } from '../../api/object-ref.ts';
import { chartOf } from './chart-of.ts';
import type { KindInfo } from './kind-info.ts';
import { KINDS } from './kinds.ts';
import type { Reconciled, SourceRef } from './reconciled.ts';

/** An object that is reconciled before the one that reads it. */
export interface SourceToReconcile {
  readonly info: KindInfo;
  readonly name: string;
  readonly namespace: string;
}

/**
 * What `--with-source` reconciles first; undefined for what has no source. A HelmRelease's is its HelmChart, made
 * for it or named by `chartRef`. Throws for a source of a kind that Pawl does not reconcile.
 */
export function sourceToReconcile(
  { kind }: KindInfo,
  object: Reconciled,
  namespace: string,
): SourceToReconcile | undefined {
  if (kind === Kind.HelmRelease) return chartToReconcile(object, namespace);
  if (kind === Kind.HelmChart) return named(chartOf(object).source, namespace);
  return kind === Kind.Kustomization ? named(object.spec.sourceRef, namespace) : undefined;
}

function chartToReconcile(object: Reconciled, namespace: string): SourceToReconcile {
  const { source, isReferred } = chartOf(object);
  if (isReferred) return named(source, namespace);
  // The object made for the release lives beside its source.
  const name = `${namespace}-${object.metadata.name}`;
  return { info: KINDS.HelmChart, name, namespace: source?.namespace || namespace };
}

function named(source: SourceRef | undefined, namespace: string): SourceToReconcile {
  const { kind = '', name = '', namespace: other } = source ?? {};
  const info = Object.values(KINDS).find((known) => known.family === 'source' && known.kind === kind);
  if (!info) throw new Error(`cannot reconcile source of kind ${kind}`);
  return { info, name, namespace: other || namespace };
}

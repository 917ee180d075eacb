import type { HelmRelease } from '../../api/helm-release.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';

/** A reference of an object to another, as its spec has it. */
export interface Reference {
  readonly kind: string;
  /** The referring object's own when left out. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * Decides every reference that may leave the object's namespace. Throws Stalled/AccessDenied when the policy
 * forbids it: before anything is read, so that the answer tells nothing about what exists over there.
 */
export function checkCrossNamespace(
  own: string,
  references: readonly Reference[],
  noCrossNamespaceRefs: boolean,
): void {
  if (!noCrossNamespaceRefs) return;
  const foreign = references.find(({ namespace }) => namespace && namespace !== own);
  if (!foreign) return;
  throw stalled(
    Reason.AccessDenied,
    `can't access '${foreign.kind}/${foreign.namespace}/${foreign.name}', cross-namespace references have been blocked`,
  );
}

/** All references of an applier that may name a namespace: its source and its dependencies. */
export function checkAccess(object: Kustomization | HelmRelease, noCrossNamespaceRefs: boolean): void {
  const { kind, metadata, spec } = object;
  const dependencies = (spec.dependsOn ?? []).map((reference) => ({ kind, ...reference }));
  checkCrossNamespace(metadata.namespace, [...sourcesOf(object), ...dependencies], noCrossNamespaceRefs);
}

function sourcesOf(object: Kustomization | HelmRelease): readonly Reference[] {
  if (object.kind === 'Kustomization') return [object.spec.sourceRef];
  const { chart, chartRef } = object.spec;
  // What is named is the chart that is made beside its source.
  const made = chart && {
    ...chart.spec.sourceRef,
    kind: 'HelmChart',
    name: `${object.metadata.namespace}-${object.metadata.name}`,
  };
  return [chartRef, made].filter((reference) => reference !== undefined);
}

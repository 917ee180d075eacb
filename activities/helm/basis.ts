import { Kind } from '../../api/object-ref.ts';
import type { Deps, RefInput } from '../deps.ts';
import { readObject, targetOfRef } from '../observe/object.ts';
import { readyChart } from '../observe/source.ts';
import type { StepContext } from '../steps.ts';
import { chartRefOf } from './chart-template.ts';
import { composeFor, type Gathered } from './gather.ts';

/** What a release is made of, by digest: a decision holds as long as it is the same. */
export interface Basis {
  readonly chart: string;
  readonly values: string;
}

export function basisOf({ chartDigest, values }: Pick<Gathered, 'chartDigest' | 'values'>): Basis {
  return { chart: chartDigest, values: values.digest };
}

export interface CompareInput extends RefInput {
  readonly generation: number;
  readonly basis: Basis;
}

/** Whether the object wants another release by now than the one that was decided on, or none at all. */
export async function compareBasis(
  deps: Deps,
  { ref, generation, basis }: CompareInput,
  _step: StepContext,
): Promise<{ readonly isObsolete: boolean }> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.HelmRelease });
  if (!object || object.metadata.deletionTimestamp !== undefined) return { isObsolete: true };
  // Of a spec that only rests the action is still the one that was wanted.
  if (object.spec.suspend) return { isObsolete: false };
  if (object.metadata.generation !== generation) return { isObsolete: true };
  const chartRef = chartRefOf(object);
  const chart = readyChart(await deps.kube.get(targetOfRef(chartRef)), chartRef);
  // A chart that is being made anew may come out the same.
  if ('missing' in chart) return { isObsolete: false };
  const values = await composeFor(deps, object);
  return { isObsolete: chart.artifact.digest !== basis.chart || values.digest !== basis.values };
}

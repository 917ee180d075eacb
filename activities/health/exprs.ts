import { type CelCondition, CelError, type CelInput, compileCel } from '../../api/formats/cel.ts';
import { type KubeObject, parseApiVersion } from '../../api/kube-object.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';
import { type Health, HealthStatus } from './health.ts';
import { unobservedGeneration } from './kstatus.ts';

/** The health rules that a Kustomization brings along for custom resources. */
export interface HealthExprs {
  /** Undefined when no entry is about this kind. */
  healthOf(object: KubeObject): Health | undefined;
}

type Spec = Pick<KustomizationSpec, 'healthCheckExprs'>;
type Entry = NonNullable<Spec['healthCheckExprs']>[number];

/**
 * Compiles `spec.healthCheckExprs`. Only the group of an entry's apiVersion counts; an entry with the kind
 * beats one for the whole group. Throws Stalled/InvalidCELExpression that names the field.
 */
export function compileHealthExprs(spec: Spec): HealthExprs {
  const entries = new Map<string, (object: KubeObject) => Health>();
  for (const [index, entry] of (spec.healthCheckExprs ?? []).entries()) {
    const key = keyOf(entry.apiVersion, entry.kind ?? '');
    const field = `spec.healthCheckExprs[${index}]`;
    if (entries.has(key)) throw invalidCel(`${field}: another entry is about the same group and kind`);
    entries.set(key, compileEntry(entry, field));
  }
  return {
    healthOf(object) {
      if (entries.size === 0) return undefined;
      const rule =
        entries.get(keyOf(object.apiVersion, object.kind)) ?? entries.get(keyOf(object.apiVersion, ''));
      return rule?.(object);
    },
  };
}

/** The failure of an expression in a spec: only a change of the spec mends it. */
export function invalidCel(message: string): ReturnType<typeof stalled> {
  return stalled(
    Reason.InvalidCELExpression,
    `Reconciliation failed terminally due to configuration error: ${message}`,
  );
}

function keyOf(apiVersion: string, kind: string): string {
  return `${parseApiVersion(apiVersion).group}/${kind}`;
}

/** In the order of Flux's RFC 0009, after the generation; when none holds the object is in progress. */
function compileEntry(entry: Entry, field: string): (object: KubeObject) => Health {
  const steps = (['inProgress', 'failed', 'current'] as const).flatMap((name) => {
    const expression = entry[name];
    if (!expression) {
      if (name === 'current') throw invalidCel(`${field}.current: it is empty`);
      return [];
    }
    return [{ name, holds: compileField(expression, `${field}.${name}`) }];
  });
  return (object) => {
    const unobserved = unobservedGeneration(object);
    if (unobserved) return unobserved;
    try {
      const found = steps.find(({ holds }) => holds(object as CelInput));
      if (!found) return { status: HealthStatus.InProgress, message: `${field}: no expression holds yet` };
      return { status: statusOf[found.name], message: `${field}.${found.name} holds` };
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      // A field that is not there yet may come: only time tells, as in Flux.
      return { status: HealthStatus.Unknown, message: `${field}: ${error.message}` };
    }
  };
}

const statusOf = {
  inProgress: HealthStatus.InProgress,
  failed: HealthStatus.Failed,
  current: HealthStatus.Current,
} as const;

function compileField(expression: string, field: string): CelCondition {
  try {
    return compileCel(expression);
  } catch (error) {
    throw error instanceof CelError ? invalidCel(`${field}: ${error.message}`) : error;
  }
}

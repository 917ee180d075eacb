import { isTrue } from '../../api/conditions.ts';
import { CelError, compileCel } from '../../api/formats/cel.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { invalidCel } from './exprs.ts';

/** A compiled `dependsOn[].readyExpr`; throws a CelError when it cannot be evaluated. */
export type ReadyExpr = (self: Kustomization, dependency: Kustomization) => boolean;

export interface DependencyInput {
  readonly self: Kustomization;
  /** `namespace/name`, as the reference resolves. */
  readonly name: string;
  /** Undefined when it does not exist. */
  readonly dependency: Kustomization | undefined;
  /** The revision of the artifact that `self` is about to apply. */
  readonly artifactRevision: string;
  /** Replaces the built-in check. */
  readonly readyExpr?: ReadyExpr | undefined;
}

export type DependencyStatus = { readonly ready: true } | { readonly ready: false; readonly message: string };

const READY: DependencyStatus = { ready: true };

/**
 * Compiles a readyExpr over `self` and `dep`. Throws Stalled/InvalidCELExpression that names the field.
 * Where Flux insists on an expression whose type is bool, one of unknown type passes here until it is evaluated.
 */
export function compileReadyExpr(expression: string, field: string): ReadyExpr {
  try {
    const condition = compileCel(expression, ['self', 'dep']);
    return (self, dep) => condition({ self, dep });
  } catch (error) {
    throw error instanceof CelError ? invalidCel(`${field}: ${error.message}`) : error;
  }
}

/**
 * Whether a dependency lets its dependant go on: kustomize-controller's `checkDependencies`.
 * Throws Stalled/InvalidCELExpression when a readyExpr gives no boolean or takes too long.
 */
export function dependencyStatus(input: DependencyInput): DependencyStatus {
  const { self, name, dependency, readyExpr, artifactRevision } = input;
  if (!dependency) return unready(`dependency '${name}' not found`);
  if (readyExpr) return exprStatus(readyExpr, self, dependency, name);
  const { status, metadata } = dependency;
  const isObserved = status?.observedGeneration === metadata.generation;
  if (!isObserved || !isTrue(conditionsOf(dependency), 'Ready')) {
    return unready(`dependency '${name}' is not ready${rootCause(dependency, isObserved)}`);
  }
  if (haveSameSource(self, dependency) && status?.lastAppliedRevision !== artifactRevision) {
    const applied = status?.lastAppliedRevision ?? 'nothing';
    return unready(
      `dependency '${name}' revision is not up to date: it has applied ${applied}, not ${artifactRevision}`,
    );
  }
  return READY;
}

function exprStatus(
  readyExpr: ReadyExpr,
  self: Kustomization,
  dependency: Kustomization,
  name: string,
): DependencyStatus {
  const message = `dependency '${name}' is not ready according to readyExpr eval`;
  try {
    return readyExpr(self, dependency) ? READY : unready(message);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    if (error.blame === 'expression') throw invalidCel(`dependency '${name}': ${error.message}`);
    // A field that is not there yet may come.
    return unready(`${message}: ${error.message}`);
  }
}

/** Whether two Kustomizations are built from one source: only then do their revisions compare. */
function haveSameSource(one: Kustomization, other: Kustomization): boolean {
  const [a, b] = [one.spec.sourceRef, other.spec.sourceRef];
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    (a.namespace || one.metadata.namespace) === (b.namespace || other.metadata.namespace)
  );
}

/** What holds the dependency up. One that waits itself tells what for, so the chain ends at the root blocker. */
function rootCause(dependency: Kustomization, isObserved: boolean): string {
  if (dependency.spec.suspend) return ': it is suspended';
  const ready = conditionsOf(dependency).find(({ type }) => type === 'Ready');
  // A failure is of the newest spec although that counts as observed only after a success.
  const isTold = isObserved || ready?.observedGeneration === dependency.metadata.generation;
  if (!isTold) return ': its last change is not reconciled yet';
  return ready?.message ? `: ${ready.message}` : '';
}

function conditionsOf({ status }: Kustomization) {
  return status?.conditions ?? [];
}

function unready(message: string): DependencyStatus {
  return { ready: false, message };
}

/** What each object depends on, by `namespace/name`. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * A way along the dependencies that leads back to the start, as `[a, b, a]`; undefined when there is none.
 * A cycle that the start only leads into is not its own: it waits, and its dependency tells the cycle.
 */
export function findCycle(graph: DependencyGraph, start: string): readonly string[] | undefined {
  const visited = new Set<string>();

  function wayBack(path: readonly string[], name: string): readonly string[] | undefined {
    for (const next of graph.get(name) ?? []) {
      if (next === start) return [...path, start];
      if (visited.has(next)) continue;
      visited.add(next);
      const way = wayBack([...path, next], next);
      if (way) return way;
    }
    return undefined;
  }

  return wayBack([start], start);
}

/** The message of a cycle: `a -> b -> a`. */
export function describeCycle(cycle: readonly string[]): string {
  return cycle.join(' -> ');
}

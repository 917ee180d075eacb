import { isTrue } from '../../api/conditions.ts';
import { CelError, compileCel } from '../../api/formats/cel.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Kind } from '../../api/object-ref.ts';
import { invalidCel } from './exprs.ts';

/** An object of a kind that has `dependsOn`. */
export type Dependant = Kustomization | HelmRelease;

/** A compiled `dependsOn[].readyExpr`; throws a CelError when it cannot be evaluated. */
export type ReadyExpr = (self: Dependant, dependency: Dependant) => boolean;

export interface DependencyInput {
  readonly self: Dependant;
  /** `namespace/name`, as the reference resolves. */
  readonly name: string;
  /** Undefined when it does not exist. */
  readonly dependency: Dependant | undefined;
  /** Of a Kustomization, the revision of the artifact that it is about to apply. */
  readonly artifactRevision?: string | undefined;
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
 * Whether a dependency lets its dependant go on: `checkDependencies` of kustomize-controller and helm-controller.
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
  const applied = appliedOfSameSource(self, dependency);
  if (applied !== undefined && applied !== artifactRevision) {
    return unready(
      `dependency '${name}' revision is not up to date: it has applied ${applied}, not ${artifactRevision}`,
    );
  }
  return READY;
}

function exprStatus(
  readyExpr: ReadyExpr,
  self: Dependant,
  dependency: Dependant,
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

/** What a Kustomization has applied of the source that both are built from: only then do their revisions compare. */
function appliedOfSameSource(self: Dependant, dependency: Dependant): string | undefined {
  if (self.kind !== Kind.Kustomization || dependency.kind !== Kind.Kustomization) return undefined;
  const [a, b] = [self.spec.sourceRef, dependency.spec.sourceRef];
  const isSame =
    a.kind === b.kind &&
    a.name === b.name &&
    (a.namespace || self.metadata.namespace) === (b.namespace || dependency.metadata.namespace);
  return isSame ? (dependency.status?.lastAppliedRevision ?? 'nothing') : undefined;
}

/** What holds the dependency up. One that waits itself tells what for, so the chain ends at the root blocker. */
function rootCause(dependency: Dependant, isObserved: boolean): string {
  if (dependency.spec.suspend) return ': it is suspended';
  const ready = conditionsOf(dependency).find(({ type }) => type === 'Ready');
  // A failure is of the newest spec although that counts as observed only after a success.
  const isTold = isObserved || ready?.observedGeneration === dependency.metadata.generation;
  if (!isTold) return ': its last change is not reconciled yet';
  return ready?.message ? `: ${ready.message}` : '';
}

function conditionsOf({ status }: Dependant) {
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

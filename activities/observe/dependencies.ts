import type { ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';
import {
  compileReadyExpr,
  type Dependant,
  dependencyStatus,
  describeCycle,
  findCycle,
  type ReadyExpr,
} from '../health/dependencies.ts';
import type { KubeClient } from '../kube/client.ts';
import { readUnparsed } from './object.ts';

type DependsOn = NonNullable<Dependant['spec']['dependsOn']>[number];

/** A dependency with its readyExpr, compiled where it has one. */
export interface Dependency {
  readonly ref: ObjectRef;
  readonly readyExpr: ReadyExpr | undefined;
}

/** Reads `spec.dependsOn`; throws Stalled/InvalidCELExpression when a readyExpr does not compile. */
export function compileDependencies(object: Dependant): readonly Dependency[] {
  return (object.spec.dependsOn ?? []).map((dependency, index) => ({
    ref: dependencyRef(object, dependency),
    readyExpr: dependency.readyExpr
      ? compileReadyExpr(dependency.readyExpr, `spec.dependsOn[${index}].readyExpr`)
      : undefined,
  }));
}

/** Where a reference of `dependsOn` leads: into the object's own namespace when it names none. */
function dependencyRef(
  { kind, metadata }: Pick<Dependant, 'kind' | 'metadata'>,
  { name, namespace }: DependsOn,
): ObjectRef {
  return { kind, namespace: namespace || metadata.namespace, name };
}

/**
 * What keeps the object from going on, if anything. An unready dependency may be one that waits for this very
 * object: then nobody would ever go on, and it throws Stalled/DependencyCycle that names the way round.
 */
export async function unmetDependency(
  kube: KubeClient,
  self: Dependant,
  dependencies: readonly Dependency[],
  artifactRevision?: string,
): Promise<string | undefined> {
  const found = await Promise.all(dependencies.map(({ ref }) => read(kube, ref)));
  for (const [index, { ref, readyExpr }] of dependencies.entries()) {
    const dependency = found[index];
    const status = dependencyStatus({ self, name: nameOf(ref), dependency, artifactRevision, readyExpr });
    if (status.ready) continue;
    await assertNoCycle(kube, self);
    return status.message;
  }
  return undefined;
}

async function assertNoCycle(kube: KubeClient, self: Dependant): Promise<void> {
  const graph = new Map<string, readonly string[]>();
  const start: ObjectRef = {
    kind: self.kind,
    namespace: self.metadata.namespace,
    name: self.metadata.name,
  };
  const unread: { ref: ObjectRef; object: Dependant | undefined }[] = [{ ref: start, object: self }];
  for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
    const { object } = next;
    const refs =
      object === undefined
        ? []
        : (object.spec.dependsOn ?? []).map((dependency) => dependencyRef(object, dependency));
    graph.set(nameOf(next.ref), refs.map(nameOf));
    for (const ref of refs) if (!graph.has(nameOf(ref))) unread.push({ ref, object: await read(kube, ref) });
  }
  const cycle = findCycle(graph, nameOf(start));
  if (cycle === undefined) return;
  throw stalled(
    Reason.DependencyCycle,
    `the dependencies form a cycle and none of them can ever be ready: ${describeCycle(cycle)}; remove one of the dependsOn entries`,
  );
}

async function read(kube: KubeClient, ref: ObjectRef): Promise<Dependant | undefined> {
  // Not parsed: another object's bad field is its own matter.
  return readUnparsed<Dependant>(kube, ref);
}

function nameOf({ namespace, name }: ObjectRef): string {
  return `${namespace}/${name}`;
}

import type { KubeObject } from '../../api/kube-object.ts';
import { Trigger } from '../../workflows/messages.ts';
import { type Asked, becameReady, behind, needsLook, waitsForDependency } from './behind.ts';
import { keyOf, type Summary, summarise } from './summary.ts';

/** What the watch does about what it sees. */
export interface Reactions {
  request(object: Summary, request: { readonly trigger: Trigger; readonly requestedAt?: string }): void;
  /** The object may have lost its appointment. */
  look(object: Summary): void;
  /** The schedule may differ from the object. */
  schedule(object: Summary): void;
  gone(object: Summary): void;
}

/** All objects that the watch knows, and who waits for whom. Pure but for its reactions. */
export interface World {
  /** All objects of one kind, as they are now. */
  replace(kind: string, objects: readonly KubeObject[]): void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** A ConfigMap or Secret that wakes its readers changed. */
  configChanged(config: string): void;
  readonly size: number;
}

export function createWorld(reactions: Reactions): World {
  const known = new Map<string, Summary>();
  const asked = new Map<string, Asked>();
  const bySource = createIndex();
  const byDependency = createIndex();
  const byConfig = createIndex();

  function upsert(after: Summary, isFirstSight: boolean): void {
    const id = keyOf(after.ref);
    const before = known.get(id);
    const isSame = before?.uid === after.uid;
    if (!isSame) asked.delete(id);
    known.set(id, after);
    bySource.set(id, after.source === undefined ? [] : [after.source]);
    byDependency.set(id, after.dependsOn);
    byConfig.set(id, after.configs);

    if (!askIfBehind(after) && isFirstSight && needsLook(after)) reactions.look(after);
    reactions.schedule(after);
    wakeDependants(isSame ? before : undefined, after, id);
  }

  /** Whoever builds from it or waits for it looks at its own need. */
  function wakeDependants(before: Summary | undefined, after: Summary, id: string): void {
    if (
      before?.artifactDigest !== after.artifactDigest ||
      before?.artifactRevision !== after.artifactRevision
    ) {
      for (const dependant of inDependencyOrder(bySource.get(id))) askIfBehind(dependant);
    }
    if (becameReady(before, after) || (before !== undefined && before.generation !== after.generation)) {
      for (const dependant of objectsOf(byDependency.get(id))) {
        if (waitsForDependency(dependant)) reactions.request(dependant, { trigger: Trigger.Dependency });
      }
    }
  }

  function askIfBehind(object: Summary): boolean {
    const id = keyOf(object.ref);
    const source = object.source === undefined ? undefined : known.get(object.source);
    const need = behind(object, source, asked.get(id) ?? {});
    if (need === undefined) return false;
    asked.set(id, need.asked);
    const { trigger, requestedAt } = need;
    reactions.request(object, requestedAt === undefined ? { trigger } : { trigger, requestedAt });
    return true;
  }

  function objectsOf(ids: readonly string[]): readonly Summary[] {
    return ids.flatMap((id) => known.get(id) ?? []);
  }

  /** Those that others wait for come first, so that fewer runs find their dependency behind. */
  function inDependencyOrder(ids: readonly string[]): readonly Summary[] {
    const depths = new Map<string, number>();
    const depth = (id: string, path: ReadonlySet<string>): number => {
      const cached = depths.get(id);
      if (cached !== undefined || path.has(id)) return cached ?? 0;
      const below = (known.get(id)?.dependsOn ?? []).map((on) => depth(on, new Set([...path, id])) + 1);
      const result = Math.max(0, ...below);
      depths.set(id, result);
      return result;
    };
    return objectsOf([...ids].sort((a, b) => depth(a, new Set()) - depth(b, new Set()) || (a < b ? -1 : 1)));
  }

  function remove(id: string): void {
    const object = known.get(id);
    if (object === undefined) return;
    known.delete(id);
    asked.delete(id);
    for (const index of [bySource, byDependency, byConfig]) index.set(id, []);
    reactions.gone(object);
  }

  return {
    replace(kind, objects) {
      const summaries = objects.map(summarise);
      const present = new Set(summaries.map(({ ref }) => keyOf(ref)));
      for (const [id, { ref }] of known) if (ref.kind === kind && !present.has(id)) remove(id);
      for (const summary of summaries) upsert(summary, !known.has(keyOf(summary.ref)));
    },
    upsert(object) {
      upsert(summarise(object), false);
    },
    remove(object) {
      remove(keyOf(summarise(object).ref));
    },
    configChanged(config) {
      for (const reader of objectsOf(byConfig.get(config))) {
        if (!reader.isSuspended) reactions.request(reader, { trigger: Trigger.Config });
      }
    },
    get size() {
      return known.size;
    },
  };
}

/** Who refers to what, kept both ways so that a changed reference is cheap. */
interface Index {
  set(from: string, to: readonly string[]): void;
  get(to: string): readonly string[];
}

function createIndex(): Index {
  const forth = new Map<string, readonly string[]>();
  const back = new Map<string, Set<string>>();
  return {
    set(from, to) {
      for (const old of forth.get(from) ?? []) back.get(old)?.delete(from);
      if (to.length === 0) forth.delete(from);
      else forth.set(from, to);
      for (const target of to) back.set(target, (back.get(target) ?? new Set()).add(from));
    },
    get: (to) => [...(back.get(to) ?? [])],
  };
}

import type { Summary } from './summary.ts';

/** Who refers to what, kept both ways so that a changed reference is cheap. */
export interface References {
  set(from: string, to: readonly string[]): void;
  get(to: string): readonly string[];
}

export function createReferences(): References {
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

/** The objects in an order in which those that others wait for come first, so that fewer runs find their dependency behind. */
export function inDependencyOrder(
  ids: readonly string[],
  known: ReadonlyMap<string, Summary>,
): readonly Summary[] {
  const depths = new Map<string, number>();
  const depth = (id: string, path: ReadonlySet<string>): number => {
    const cached = depths.get(id);
    if (cached !== undefined || path.has(id)) return cached ?? 0;
    const below = (known.get(id)?.dependsOn ?? []).map((on) => depth(on, new Set([...path, id])) + 1);
    const result = Math.max(0, ...below);
    depths.set(id, result);
    return result;
  };
  const ordered = [...ids].sort((a, b) => depth(a, new Set()) - depth(b, new Set()) || (a < b ? -1 : 1));
  return ordered.flatMap((id) => known.get(id) ?? []);
}

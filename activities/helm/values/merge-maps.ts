import type { GoMap } from './go-value.ts';

/**
 * The mapping `over` laid over `under`, as `MergeMaps` of fluxcd/pkg/chartutil: mappings in both are merged, anything
 * else of `over` replaces. What is in one of them only is shared with the result and not copied; a later `targetPath`
 * writes into it, and Flux's order of precedence comes from that.
 */
export function mergeMaps(under: GoMap, over: GoMap): GoMap {
  const merged: GoMap = new Map(under);
  for (const [key, value] of over) {
    const below = merged.get(key);
    merged.set(key, value instanceof Map && below instanceof Map ? mergeMaps(below, value) : value);
  }
  return merged;
}

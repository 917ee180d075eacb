/**
 * The last text in the order of bytes, or with `desc` the first one; undefined of none. Tags are ASCII, of which
 * JavaScript's order is that of bytes; what a template adds is the same in all of them.
 */
export function latestAlphabetical(texts: readonly string[], isDescending: boolean): string | undefined {
  return texts.reduce<string | undefined>((latest, text) => {
    const isBehind = latest !== undefined && (isDescending ? text > latest : text < latest);
    return isBehind ? latest : text;
  }, undefined);
}

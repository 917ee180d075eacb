/**
 * The texts that stood in earlier values where now one of `secrets` stands: they were secret too. Keys that are gone
 * tell nothing.
 */
export function formerSecrets(
  before: unknown,
  now: unknown,
  secrets: ReadonlySet<string>,
): readonly string[] {
  if (Array.isArray(before)) {
    const items: readonly unknown[] = Array.isArray(now) ? now : [];
    return before.flatMap((item, at) => formerSecrets(item, items[at], secrets));
  }
  if (typeof before !== 'object' || before === null) {
    return isText(before) && isText(now) && secrets.has(String(now)) ? [String(before)] : [];
  }
  if (typeof now !== 'object' || now === null) return [];
  return Object.entries(before).flatMap(([key, value]) =>
    Object.hasOwn(now, key) ? formerSecrets(value, (now as Record<string, unknown>)[key], secrets) : [],
  );
}

const isText = (value: unknown) => typeof value === 'string' || typeof value === 'number';

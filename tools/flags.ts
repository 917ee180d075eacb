/** Command line flags as `--name=value`, in order; `true` gives `--name`, `false` leaves it out, a list repeats it. */
export function flags(
  values: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [`--${name}`] : [];
    const each = typeof value === 'object' ? value : [value];
    return each.map((one) => `--${name}=${one}`);
  });
}

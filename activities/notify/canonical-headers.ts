/** Each header once, by its name as Go writes it (`X-Signature`): of several spellings the last counts. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [canonicalName(name), value] as const),
  );
}

function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

import { formatDuration, parseDuration } from '../../api/duration.ts';

export interface ObjectName {
  readonly name: string;
  readonly namespace: string;
}

/** Checks a name as `flux` does before anything is asked of the server. */
export function objectName(at: ObjectName): ObjectName {
  if (!/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(at.name)) {
    throw new Error(
      `name '${at.name}' is invalid, it should adhere to standard defined in RFC 1123, the name can only contain alphanumeric characters or '-'`,
    );
  }
  return at;
}

/** A duration of a flag in the form that Kubernetes objects carry: `10m` becomes `10m0s`. */
export function goDuration(flag: string, text: string): string {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`invalid --${flag} "${text}": give a duration such as 10m`);
  return formatDuration(ms);
}

/** Labels of `key=value` pairs, to be spread into the metadata. */
export function labels(pairs: readonly string[] | undefined): { labels?: Record<string, string> } {
  if (!pairs?.length) return {};
  const entries = pairs.map((pair) => {
    const parts = pair.split('=');
    const [key, value] = parts;
    if (parts.length !== 2 || !key) throw new Error(`invalid label format '${pair}', must be key=value`);
    return [key, value];
  });
  return { labels: Object.fromEntries(entries) as Record<string, string> };
}

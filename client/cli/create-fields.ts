import type { Command } from 'commander';
import { formatDuration, parseDuration } from '../../api/duration.ts';
import { collect } from './command.ts';

export interface ObjectName {
  readonly name: string;
  readonly namespace: string;
}

/** The flags of every `create` of an object with an interval. */
export function createFlags(command: Command): Command {
  return manifestFlags(command.option('--interval <duration>', 'how often to look', '1m'));
}

/** The flags that every `create` has. */
export function manifestFlags(command: Command): Command {
  return command
    .option('--label <key=value>', 'labels of the object (repeat, or separate by commas)', collect)
    .option('--export', 'print YAML instead');
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

/** `[namespace/]name[@expression]`; the expression is the one of `readyExpr`. */
export function dependency(text: string): { name: string; namespace?: string; readyExpr?: string } {
  const [, path = '', readyExpr] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  const slash = path.indexOf('/');
  const place = slash < 0 ? { name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
  return { ...place, ...(readyExpr && { readyExpr }) };
}

/** The words of `<kind>/<name>`; a text with no or several slashes is a name. */
export function kindAndName(text: string): { kind: string; name: string } {
  const [kind = '', name, ...more] = text.split('/');
  return name === undefined || more.length > 0 ? { kind: '', name: text } : { kind, name };
}

/** The words of `<kind>/<name>[.<namespace>]`; the namespace is what follows the last dot. */
export function kindNameNamespace(text: string): { kind: string; name: string; namespace?: string } {
  const { kind, name } = kindAndName(text);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { kind, name } : { kind, name: name.slice(0, dot), namespace: name.slice(dot + 1) };
}

import type { KubeObject } from '../../api/kube-object.ts';
import { isRecord } from './pointer.ts';

const MASK = '***';

/**
 * An error text of the API server without the values of a Secret: it repeats what it cannot use (CVE-2025-23216 was
 * that). Texts about other objects stay as they are.
 */
export function scrub(text: string, object: KubeObject): string {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return text;
  let clean = text
    .replace(/\{Value:.*?\}/gs, `{Value:${MASK}}`)
    .replace(/(expected [\w ]+, got ).*/gs, `$1${MASK}`)
    .replace(/(Invalid value: )("(?:[^"\\]|\\.)*"|\{.*\}|\S+)/gs, `$1${MASK}`);
  for (const value of secretValues(object)) clean = clean.replaceAll(value, MASK);
  return clean;
}

function secretValues(object: KubeObject): string[] {
  const values = [object['data'], object['stringData']]
    .filter(isRecord)
    .flatMap((map) => Object.values(map))
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String);
  const decoded = values.map((value) => Buffer.from(value, 'base64').toString());
  // Shorter ones would mask letters of ordinary words.
  return [...values, ...decoded].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
}

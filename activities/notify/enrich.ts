import type { Alert } from '../../api/alert.ts';
import { Annotation } from '../../api/names.ts';
import { groupOf } from '../status/event-metadata.ts';
import type { FluxEvent } from './event.ts';

export interface Enriched {
  readonly event: FluxEvent;
  /** Keys that come from several places, with those places. */
  readonly conflicts: Readonly<Record<string, string>>;
}

/**
 * The event as an Alert tells it (`combineEventMetadata` of notification-controller): keys without their group; later
 * ones win of the object's annotations, `eventMetadata`, `summary`, and what the controller says. Checksums, digests
 * and the token stay inside.
 */
export function enrich(event: FluxEvent, { spec }: Pick<Alert, 'spec'>): Enriched {
  const group = `${groupOf(event.involvedObject.apiVersion)}/`;
  const told = Object.entries(event.metadata ?? {}).filter(([key]) => !isInternal(key, group));
  const places: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['involved object annotations', stripped(told, Annotation.eventPrefix)],
    ['Alert object .spec.eventMetadata', Object.entries(spec.eventMetadata ?? {})],
    ['Alert object .spec.summary', spec.summary ? [['summary', spec.summary]] : []],
    ['involved object controller metadata', stripped(told, group)],
  ];
  const metadata = new Map<string, string>();
  const sources = new Map<string, string[]>();
  for (const [place, entries] of places) {
    for (const [key, value] of entries) {
      metadata.set(key, value);
      sources.set(key, [...(sources.get(key) ?? []), place]);
    }
  }
  const several = [...sources].filter(([, from]) => from.length > 1);
  const { metadata: _raw, ...rest } = event;
  return {
    event: metadata.size === 0 ? rest : { ...rest, metadata: Object.fromEntries(metadata) },
    conflicts: Object.fromEntries(several.map(([key, from]) => [key, from.join(', ')])),
  };
}

function isInternal(key: string, group: string): boolean {
  if (key === `${group}token`) return true;
  return ['checksum', 'digest'].some((word) => key.toLowerCase() === `${group}${word}`.toLowerCase());
}

function stripped(entries: readonly (readonly [string, string])[], prefix: string) {
  return entries
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
}

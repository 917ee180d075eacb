import { createHash } from 'node:crypto';
import { groupOf } from '../status/event-metadata.ts';
import type { FluxEvent } from './event.ts';

/**
 * Tells events apart by what the rate limiter of Flux's notification-controller does: the object, the message, and of
 * the metadata the revisions and the token.
 */
export function dedupeKey({ involvedObject: object, message, metadata = {} }: FluxEvent): string {
  const group = groupOf(object.apiVersion);
  const told = ['originRevision', 'revision', 'token'].map((key) => metadata[`${group}/${key}`] ?? null);
  const parts = [object.kind, object.namespace, object.name, message, ...told];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

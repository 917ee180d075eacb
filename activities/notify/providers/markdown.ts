import type { FluxEvent } from '../event.ts';
import { messageOf, metadataOf } from './event-text.ts';

// Names the change request to comment on; nobody reads it.
const CHANGE_REQUEST = 'change_request';

/** An event as Flux writes it in Markdown; the message and each value as they are, each cut to its bound in UTF-16 units. */
export function markdownOf(
  event: FluxEvent,
  longest: { readonly text: number; readonly value: number },
): string {
  const { kind, namespace, name } = event.involvedObject;
  const lines = metadataOf(event, longest)
    .filter(([key]) => key !== CHANGE_REQUEST)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `* \`${key}\`: ${value}\n`);
  const emoji = event.severity === 'error' ? '⚠️' : 'ℹ️';
  const heading = `## Flux Status\n\n${emoji} ${kind}/${namespace}/${name}`;
  return `${heading}\n\n${messageOf(event, longest.text)}\n\nMetadata:\n${lines.join('')}`;
}

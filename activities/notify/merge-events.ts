import { formatDuration } from '../../api/duration.ts';
import type { FluxEvent } from './event.ts';

const LISTED = 50;
const LONGEST_LINE = 400;

export interface Burst {
  readonly events: readonly FluxEvent[];
  /** Of those that there was no room for as well. */
  readonly total: number;
  readonly windowMs: number;
}

/** One event of many: about the object of the first of them that is an error, else of the first, with a line for each. */
export function mergeEvents({ events, total, windowMs }: Burst): FluxEvent | undefined {
  const lead = events.find(({ severity }) => severity === 'error') ?? events[0];
  if (lead === undefined || total === 1) return lead;
  const lines = events.slice(0, LISTED).map(lineOf);
  const more = total - lines.length;
  const message = [
    `${total} events in ${formatDuration(windowMs)}:`,
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
  return { ...lead, message };
}

function lineOf({ involvedObject: { kind, namespace, name }, reason, message }: FluxEvent): string {
  const line = message.replaceAll(/\s*\n\s*/g, '; ');
  const short = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
  return `${kind}/${namespace}/${name}: ${reason}: ${short}`;
}

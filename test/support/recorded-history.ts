import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Recorded histories: what is written of a run, and how it is read back. */

export const HISTORIES = join(import.meta.dirname, '../replay/histories');

/** The password and the Secret's value of the story that is recorded: nowhere in a history. */
export const CANARY = 'canary-4f1d0c7be2';

export function historyFiles(): readonly string[] {
  return readdirSync(HISTORIES)
    .filter((file) => file.endsWith('.json'))
    .sort();
}

export function readHistory(file: string): unknown {
  return JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
}

/** The id of the run, of which those of its children are made. */
export function workflowIdOf(history: unknown): string | undefined {
  const { events } = history as { readonly events: readonly RecordedStart[] };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
}

interface RecordedStart {
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
}

/**
 * Takes out what tells of the machine: identities, names of sticky queues and builds, and stacks.
 * None of it is compared in a replay.
 */
export function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, replaced(key, part)] as const);
  return Object.fromEntries(entries);
}

function replaced(key: string, part: unknown): unknown {
  if (key === 'stackTrace') return '';
  if (key === 'identity') return 'recorder';
  if (typeof part === 'string' && part.includes(hostname())) return 'recorder';
  return withoutMachine(part);
}

/** Everything that a history says, with its payloads in plain text. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return `${value}\n${Buffer.from(value, 'base64').toString('utf8')}\n`;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(plainText).join('');
}

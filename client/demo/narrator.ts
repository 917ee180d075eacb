import { styleText } from 'node:util';
import type { FluxEvent } from '../../activities/notify/event.ts';

/** Tells what happens, and how long it took. */
export interface Narrator {
  heading(text: string): void;
  /** Why, or what to look for. */
  say(text: string): void;
  /** Something the demo did. */
  did(text: string): void;
  /** Something that came of it. */
  saw(text: string, elapsedMs: number): void;
  /** An event that the sink was told. */
  heard(event: FluxEvent): void;
  failed(text: string): void;
  plain(text: string): void;
}

export function createNarrator(write: (text: string) => void, colours: boolean): Narrator {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  const line = (text: string) => write(`${text}\n`);
  return {
    heading: (text) => line(`\n${paint('bold', text)}`),
    say: (text) => line(paint('dim', `  ${text}`)),
    did: (text) => line(`  ${paint('blue', '►')} ${text}`),
    saw: (text, elapsedMs) =>
      line(`  ${paint('green', '✔')} ${text} ${paint('dim', `· ${formatElapsed(elapsedMs)}`)}`),
    heard({ involvedObject: { kind, name }, message }) {
      const [first = ''] = message.split('\n', 1);
      line(paint('dim', `    ✉ ${kind}/${name}: ${first.length > 100 ? `${first.slice(0, 99)}…` : first}`));
    },
    failed: (text) => line(`  ${paint('red', '✗')} ${text}`),
    plain: line,
  };
}

/** Milliseconds as people say them: `40 ms`, `3.2 s`, `2 min 5 s`. */
export function formatElapsed(elapsedMs: number): string {
  if (elapsedMs < 1000) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 60_000) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

import { redact } from '../../redact.ts';
import type { Mask } from '../mask.ts';

// Of helm-controller, which shows as many in its events.
const KEPT_LINES = 10;
// An error may list many objects; it starts within these.
const KEPT_TEXT = 64 * 1024;

/** What helm writes to its standard error while it runs. */
export interface Said {
  hear(line: string): void;
  /** The sentence it ended with, cleaned; undefined when there was none. */
  error(): string | undefined;
  /** The last lines of its log, each with its time. */
  log(): readonly string[];
}

export interface SaidOptions {
  /** Texts that mean nothing outside of the process, such as its directory. */
  readonly hide?: readonly string[];
  /** Takes out what nobody may read. */
  readonly mask?: Mask;
  readonly now?: () => Date;
}

/** Listens to one helm process. */
export function createSaid({ hide = [], mask = (text) => text, now = () => new Date() }: SaidOptions): Said {
  const log: { readonly at: string; readonly entry: string }[] = [];
  let last = '';
  let error: string[] | undefined;
  let bytes = 0;
  const clean = (text: string) => redact(withoutControls(mask(without(text, hide))));

  return {
    hear(line) {
      const entry = logEntry(line);
      if (entry !== undefined) {
        // A helm that waits says the same thing again and again.
        if (entry === last || OF_PLUGIN.test(entry)) return;
        last = entry;
        log.push({ at: now().toISOString(), entry });
        if (log.length > KEPT_LINES) log.shift();
      } else if (line.startsWith('Error: ')) {
        error = [line.slice('Error: '.length)];
        bytes = line.length;
      } else if (error && !NOISE.test(line) && bytes < KEPT_TEXT) {
        error.push(line);
        bytes += line.length;
      }
    },
    error: () => error && clean(oneSentence(error)),
    log: () => log.map(({ at, entry }) => `${at}: ${clean(entry)}`),
  };
}

const LOGGED = /^level=(DEBUG|INFO|WARN|ERROR) msg=("(?:[^"\\]|\\.)*"|\S*) ?(.*)$/s;
// Of klog, of the warnings that an API server sends along, and about the command line.
const NOISE = /^([IWEF]\d{4} \d\d:\d\d:\d\d|Warning: |WARNING: |Usage:|Flag --)/;
// About our own plugin, which nobody else knows of.
const OF_PLUGIN = /^(executing plugin command|plugin execution failed)/;
// Added by helm's command line around the error that its library has.
const WRAPPED = /^(INSTALLATION FAILED|UPGRADE FAILED): /;

/** A line of helm's log without its level; undefined when it is none. */
function logEntry(line: string): string | undefined {
  const [, level = '', message = '', attributes = ''] = LOGGED.exec(line) ?? [];
  if (level === '') return undefined;
  const text = message.startsWith('"') ? message.slice(1, -1).replace(/\\(["\\])/g, '$1') : message;
  const warning = level === 'ERROR' ? 'error: ' : level === 'WARN' ? 'warning: ' : '';
  return `${warning}${text}${attributes && `: ${attributes}`}`;
}

function oneSentence(lines: readonly string[]): string {
  const words = lines.map((line) => line.trim()).filter((line) => line !== '');
  return words.join(' ').replace(WRAPPED, '');
}

function without(text: string, hide: readonly string[]): string {
  return hide.reduce((rest, word) => rest.replaceAll(word, ''), text);
}

function withoutControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

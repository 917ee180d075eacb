import { eventKind } from '../../api/event-source.ts';
import type { EventInput, EventOutbox } from '../status/events.ts';
import type { AlertBook } from './alert-book.ts';
import { dedupeKey } from './dedupe-key.ts';
import type { FluxEvent } from './event.ts';
import type { Labels, Notice, Route } from './notice.ts';
import type { Notices } from './notices.ts';
import { toFluxEvent } from './to-flux-event.ts';

export interface OutboxOptions {
  readonly book: AlertBook;
  readonly notices: Notices;
  readonly now: () => Date;
}

// As Flux's notification-controller does by default.
const REPETITION_MS = 5 * 60_000;
const REMEMBERED = 10_000;
const LONGEST_LABELS = 16 * 1024;

/**
 * Keeps the events that somebody wants, in Temporal. An event that nobody wants costs a look into the book. Before that
 * is filled every event of a kind that Alerts may name is kept, and matched when it is told.
 */
export function createOutbox({ book, notices, now }: OutboxOptions): EventOutbox {
  const repetitions = createRepetitions(now);

  async function keep(input: EventInput): Promise<boolean> {
    const event = toFluxEvent(input, now());
    const labels = input.object.metadata.labels ?? {};
    if (!(await book.isReady())) {
      await notices.tell(noticeOf(event, labels));
      return true;
    }
    const routes = book.wanting(event, labels);
    const counting = routes.filter(isCounting);
    const told = routes.filter((route) => !isCounting(route));
    const notice = { event, key: dedupeKey(event), routes: told };
    for (const route of counting) await count(notices, route, notice);
    if (told.length === 0) return counting.length > 0;
    if (repetitions.isKnown(notice.key)) return false;
    repetitions.remember(notice.key, await notices.tell(notice));
    return true;
  }

  return { put: (input) => (NOTIFIED.has(input.object.kind) ? keep(input) : Promise.resolve(false)) };
}

/** Whether an Alert hears of every event, repetitions as well: it makes something else of them. */
function isCounting({ afterFailures, commit }: Route): boolean {
  return afterFailures !== undefined || commit !== undefined;
}

/** Has an Alert that counts failures hear of one, or of their end, and one that waits for a commit of what it came to. */
export function count(notices: Notices, route: Route, notice: Notice): Promise<void> {
  const { commit } = route;
  if (commit !== undefined) return notices.lookAtCommit({ ...route, commit }, notice);
  return notice.event.severity === 'error'
    ? notices.countFailure(route, notice)
    : notices.endFailures(route, notice);
}

const NOTIFIED: ReadonlySet<string> = new Set(eventKind.options);

function noticeOf(event: FluxEvent, labels: Labels): Notice {
  const fits = JSON.stringify(labels).length <= LONGEST_LABELS;
  return { event, key: dedupeKey(event), ...(fits && { labels }) };
}

/** What a process has had kept a moment ago, not always this one: Temporal, which knows of all, need not be asked. */
function createRepetitions(now: () => Date) {
  const until = new Map<string, number>();
  return {
    isKnown: (key: string) => (until.get(key) ?? 0) > now().getTime(),
    remember(key: string, at: Date) {
      until.delete(key);
      until.set(key, at.getTime() + REPETITION_MS);
      const [oldest] = until.keys();
      if (until.size > REMEMBERED && oldest !== undefined) until.delete(oldest);
    },
  };
}

import { formatDuration } from '../../api/duration.ts';
import { Reason } from '../../api/reasons.ts';
import { failed } from '../failures.ts';
import type { HealthReport, ObjectHealth } from './tally.ts';

// A message has room for about 2000 characters, and a person for fewer.
const LISTED_OBJECTS = 20;
const LONGEST_LIST = 1600;
const LONGEST_REASON = 300;

/** The failure of a wait in which an object failed; `elapsedMs` is how long it took. */
export function failedEarly(report: HealthReport, elapsedMs: number): ReturnType<typeof failed> {
  const list = listObjects(report.failed);
  const elapsed = formatDuration(Math.round(elapsedMs));
  return unhealthy(`health check failed after ${elapsed}: failed early due to stalled resources: [${list}]`);
}

/** The failure of a wait that took longer than it may, in milliseconds. */
export function timedOut(report: HealthReport, timeoutMs: number): ReturnType<typeof failed> {
  const list = listObjects([...report.failed, ...report.pending]);
  return unhealthy(`health check failed after ${formatDuration(timeoutMs)}: timeout waiting for: [${list}]`);
}

function unhealthy(message: string): ReturnType<typeof failed> {
  // Trying again within the run would only wait again: the object has its retryInterval.
  return failed(Reason.HealthCheckFailed, message);
}

function listObjects(objects: readonly ObjectHealth[]): string {
  const lines: string[] = [];
  let length = 0;
  for (const { object, status, message } of objects.slice(0, LISTED_OBJECTS)) {
    const line = `${object} status: '${status}': ${shorten(message)}`;
    length += line.length;
    if (length > LONGEST_LIST && lines.length > 0) break;
    lines.push(line);
  }
  const more = objects.length - lines.length;
  return more > 0 ? `${lines.join(', ')}, and ${more} more` : lines.join(', ');
}

function shorten(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}

import type { RE2JS } from 're2js';
import type { Alert } from '../../api/alert.ts';
import { parseDuration } from '../../api/duration.ts';
import { isLabel } from '../../api/formats/label.ts';
import { compileRegExp, RegExpError } from '../../api/formats/regexp.ts';
import { Annotation } from '../../api/names.ts';

/** An Alert, ready to be asked. */
export interface CompiledAlert {
  readonly alert: Alert;
  /** Whether its lists let a message through. */
  allows(message: string): boolean;
  readonly groupMs: number | undefined;
  readonly afterFailures: number | undefined;
  /** One status of a commit is kept for all objects. */
  readonly isAggregate: boolean;
  /** What is wrong with it, in sentences for its owner: the rest of it is good all the same. */
  readonly problems: readonly string[];
}

const AGGREGATE = 'aggregate';
const SHORTEST_GROUP_MS = 1_000;
const LONGEST_GROUP_MS = 24 * 60 * 60_000;
const MOST_FAILURES = 1_000;

/** Compiles the lists of an Alert and reads our annotations. A pattern that does not compile matches nothing. */
export function compileAlert(alert: Alert): CompiledAlert {
  const problems = sourceProblems(alert);
  const { inclusionList = [], exclusionList = [] } = alert.spec;
  const included = compileAll(inclusionList, 'inclusion', problems);
  const excluded = compileAll(exclusionList, 'exclusion', problems);
  return {
    alert,
    allows: (message) =>
      (inclusionList.length === 0 || included.some((pattern) => pattern.matcher(message).find())) &&
      !excluded.some((pattern) => pattern.matcher(message).find()),
    groupMs: groupOf(alert, problems),
    afterFailures: failuresOf(alert, problems),
    isAggregate: aggregateOf(alert, problems),
    problems,
  };
}

/** Sources whose `matchLabels` no object has, in the words of notification-controller. */
function sourceProblems({ metadata, spec }: Alert): string[] {
  return spec.eventSources
    .filter(
      ({ matchLabels = {} }) => !Object.entries(matchLabels).every(([key, value]) => isLabel(key, value)),
    )
    .map(
      ({ kind, namespace = metadata.namespace, name }) =>
        `error using matchLabels from event source ${kind}/${namespace}/${name}`,
    );
}

function compileAll(patterns: readonly string[], list: string, problems: string[]): readonly RE2JS[] {
  return patterns.flatMap((pattern) => {
    try {
      return [compileRegExp(pattern)];
    } catch (error) {
      if (!(error instanceof RegExpError)) throw error;
      problems.push(`failed to compile ${list} regex: ${pattern}`);
      return [];
    }
  });
}

function groupOf({ metadata }: Alert, problems: string[]): number | undefined {
  const text = metadata.annotations?.[Annotation.group];
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= SHORTEST_GROUP_MS && ms <= LONGEST_GROUP_MS) return ms;
  problems.push(`annotation ${Annotation.group} is not a duration between 1s and 24h; write for example 5m`);
  return undefined;
}

function failuresOf({ metadata }: Alert, problems: string[]): number | undefined {
  const text = metadata.annotations?.[Annotation.afterFailures];
  if (text === undefined) return undefined;
  const count = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MOST_FAILURES) return count;
  problems.push(
    `annotation ${Annotation.afterFailures} is not a number from 1 to ${MOST_FAILURES}; write for example "3"`,
  );
  return undefined;
}

function aggregateOf({ metadata }: Alert, problems: string[]): boolean {
  const text = metadata.annotations?.[Annotation.commitStatus];
  if (text !== undefined && text !== AGGREGATE)
    problems.push(`annotation ${Annotation.commitStatus} is not "${AGGREGATE}"; correct or remove it`);
  return text === AGGREGATE;
}

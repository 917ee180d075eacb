import { type IndexRow, rowOf, sortRows } from './index-entry.ts';

/** What is handed over of an index: text of all rows, and where those of each chart are. */
export interface CompactIndex {
  /** Lines of JSON, each an {@link IndexRow}, chart by chart. */
  readonly rows: Uint8Array;
  /** Name, first byte, byte after the last, number of versions. */
  readonly charts: readonly (readonly [name: string, start: number, end: number, versions: number])[];
  readonly warnings: readonly string[];
}

/** Takes an index entry by entry and keeps little of each. */
export interface IndexCollector {
  /** The fields of one version, or null for an empty entry. */
  add(chart: string, fields: ReadonlyMap<string, unknown> | null): void;
  /** A chart without versions is one all the same. */
  addChart(chart: string): void;
  finish(): CompactIndex;
}

const MOST_VERSIONS = 500_000;
const MOST_CHARTS = 100_000;
const KEPT_WARNINGS = 10;

/** What an HTML page and any other file lack. */
export const NO_INDEX = 'it has no apiVersion; see whether the address is that of a chart repository';

/** An index that is refused; the message says why. */
export class IndexError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IndexError';
  }
}

export function createIndexCollector(): IndexCollector {
  const charts = new Map<string, Map<string, IndexRow>>();
  const warnings: string[] = [];
  let left = MOST_VERSIONS;
  let unnamed = 0;

  function warn(chart: string, problem: string): void {
    if (warnings.length < KEPT_WARNINGS)
      warnings.push(`chart ${JSON.stringify(chart.slice(0, 80))}: ${problem}`);
    else unnamed += 1;
  }

  function versionsOf(chart: string): Map<string, IndexRow> {
    const found = charts.get(chart) ?? new Map<string, IndexRow>();
    charts.set(chart, found);
    if (charts.size > MOST_CHARTS) throw new IndexError(`it has more than ${MOST_CHARTS} charts`);
    return found;
  }

  return {
    addChart: (chart) => void versionsOf(chart),
    add(chart, fields) {
      const versions = versionsOf(chart);
      left -= 1;
      if (left < 0) throw new IndexError(`it has more than ${MOST_VERSIONS} versions`);
      if (fields === null) return warn(chart, 'an empty entry is passed over');
      const row = rowOf(fields);
      if (typeof row === 'string') return warn(chart, `an entry is passed over: ${row}`);
      if (versions.has(row[0])) return warn(chart, `version ${row[0]} is there again; the first one counts`);
      versions.set(row[0], row);
    },
    finish() {
      if (unnamed > 0) warnings.push(`and ${unnamed} more`);
      const lines: string[] = [];
      let position = 0;
      const found = [...charts].map(([name, versions]) => {
        const text = sortRows([...versions.values()])
          .map((row) => `${JSON.stringify(row)}\n`)
          .join('');
        charts.delete(name);
        lines.push(text);
        const start = position;
        position += Buffer.byteLength(text);
        return [name, start, position, versions.size] as const;
      });
      return { rows: Buffer.from(lines.join('')), charts: found, warnings };
    },
  };
}

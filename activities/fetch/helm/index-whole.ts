import { parseDocument } from 'yaml';
import { type IndexCollector, IndexError, NO_INDEX } from './index-collector.ts';

/**
 * Reads an index as a whole: one in JSON, or in a style of YAML that is not read line by line.
 * Throws {@link IndexError} when it is neither or no index.
 */
export function collectWhole(text: string, collector: IndexCollector): void {
  const index = text.trimStart().startsWith('{') ? fromJson(text) : fromYaml(text);
  if (!isRecord(index) || !index['apiVersion']) throw new IndexError(NO_INDEX);
  const entries = index['entries'] ?? {};
  if (!isRecord(entries)) throw new IndexError('its entries are no mapping of charts');
  for (const [chart, versions] of Object.entries(entries)) collectChart(chart, versions, collector);
}

function collectChart(chart: string, versions: unknown, collector: IndexCollector): void {
  collector.addChart(chart);
  if (versions === null || versions === '' || versions === 'null') return;
  if (!Array.isArray(versions))
    throw new IndexError(`chart ${JSON.stringify(chart)} has no list of versions`);
  for (const version of versions as unknown[]) {
    collector.add(chart, isRecord(version) ? new Map(Object.entries(version)) : null);
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fromYaml(text);
  }
}

function fromYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem) {
    throw new IndexError(`line ${text.slice(0, problem.pos[0]).split('\n').length}: ${problem.message}`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new IndexError(error instanceof Error ? error.message : String(error));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { messageOf } from '../../failures.ts';
import { CHART_LIMITS, type ChartBudget, ChartError, type ChartFiles, shown } from './chart-files.ts';
import { type ChartMetadata, readChartMetadata } from './chart-metadata.ts';
import { readDefaultValues } from './chart-values.ts';
import { readChartArchive } from './read-chart-archive.ts';

/** A chart that helm would load, as far as the engine looks into it. */
export interface LoadedChart {
  readonly metadata: ChartMetadata;
  readonly files: ChartFiles;
  /** The charts in `charts/`, packaged ones too. */
  readonly charts: readonly ChartMetadata[];
}

/**
 * Checks a chart and the charts inside it as helm does when it loads them (pkg/chart/v2/loader): what passes here is
 * not refused by helm later, when a release is on its way. Throws a {@link ChartError}.
 */
export async function loadChart(files: ChartFiles, budget: ChartBudget, depth = 0): Promise<LoadedChart> {
  if (depth > CHART_LIMITS.depth)
    throw new ChartError(`it has charts nested deeper than ${CHART_LIMITS.depth}`);
  const metadata = readChartMetadata(files);
  const values = files.get('values.yaml');
  if (values !== undefined) readDefaultValues(values, 'values.yaml');
  checkSchema(files.get('values.schema.json'));
  const charts: ChartMetadata[] = [];
  for (const [name, inner] of subcharts(files)) {
    try {
      const content = await packagedFiles(name, inner, budget);
      charts.push((await loadChart(content, budget, depth + 1)).metadata);
    } catch (error) {
      if (error instanceof ChartError) throw new ChartError(`charts/${shown(name)}: ${error.message}`);
      throw error;
    }
  }
  return { metadata, files, charts };
}

function checkSchema(content: Buffer | undefined): void {
  if (content === undefined) return;
  try {
    JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new ChartError(`values.schema.json: ${messageOf(error).slice(0, 200)}`);
  }
}

/** What lies in `charts/` by its first segment; names that begin with `_` or `.` are none to helm. */
export function subcharts(files: ChartFiles): Map<string, Map<string, Buffer>> {
  const found = new Map<string, Map<string, Buffer>>();
  for (const [path, content] of files) {
    const [, name, rest] = /^charts\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
    if (name === undefined || /^[_.]/.test(name) || path.endsWith('.prov')) continue;
    const inner = found.get(name) ?? new Map<string, Buffer>();
    found.set(name, inner);
    // A packaged chart is one file, under the empty name.
    if (rest !== undefined || name.endsWith('.tgz')) inner.set(rest ?? '', content);
  }
  return found;
}

/** The files of an entry of {@link subcharts}, which may be a package. Throws a {@link ChartError}. */
export async function packagedFiles(
  name: string,
  inner: ChartFiles,
  budget: ChartBudget,
): Promise<ChartFiles> {
  if (!name.endsWith('.tgz')) return inner;
  const archive = inner.get('');
  if (archive === undefined || inner.size > 1)
    throw new ChartError(`${shown(name)} is a directory, not a package`);
  return await readChartArchive(archive, budget);
}

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Reason } from '../../../api/reasons.ts';
import { createLru } from '../../build/lru.ts';
import { failed } from '../../failures.ts';
import { ChartBudget, ChartError, checkArchiveSize } from '../../fetch/chart/chart-files.ts';
import { readChartArchive } from '../../fetch/chart/read-chart-archive.ts';
import { type Chart, chartOf } from './chart.ts';

export type { Chart, CrdFile } from './chart.ts';

// What is kept of a chart is its definitions and default values.
const KEPT_BYTES = 64 * 1024 * 1024;
const charts = createLru<Chart>(KEPT_BYTES, ({ weight }) => weight);

/**
 * Reads what the worker itself needs to know of a packaged chart, within the bounds of charts; once for each digest.
 * `digest` is what the archive was verified against when it was brought here; without it the bytes are digested. Throws
 * ArtifactFailed for an archive that is no chart.
 */
export async function readChart(path: string, digest?: string): Promise<Chart> {
  const known = digest === undefined ? undefined : charts.get(digest);
  if (known) return known;
  try {
    checkArchiveSize((await stat(path)).size);
    const archive = await readFile(path);
    const key = digest ?? `sha256:${createHash('sha256').update(archive).digest('hex')}`;
    const chart = charts.get(key) ?? (await parse(archive));
    charts.set(key, chart);
    return chart;
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw failed(Reason.ArtifactFailed, `the chart is refused: ${error.message}`);
  }
}

async function parse(archive: Buffer): Promise<Chart> {
  const budget = new ChartBudget();
  return chartOf(await readChartArchive(archive, budget), budget);
}

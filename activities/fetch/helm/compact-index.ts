import type { ChartIndex, ChartVersion } from './contract.ts';
import type { CompactIndex } from './index-collector.ts';
import type { IndexRow } from './index-entry.ts';

/** An index over what was handed over: a version is read when somebody looks at it. */
export function openCompactIndex(digest: string, { rows, charts, warnings }: CompactIndex): ChartIndex {
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const places = new Map(charts.map(([name, start, end, versions]) => [name, { start, end, versions }]));
  return {
    digest,
    charts: charts.length,
    versions: charts.reduce((sum, [, , , versions]) => sum + versions, 0),
    warnings,
    bytes: bytes.length,
    names: () => [...places.keys()].sort(),
    versionsOf(chart) {
      const place = places.get(chart);
      return place && { [Symbol.iterator]: () => versionsIn(bytes, place) };
    },
  };
}

function* versionsIn(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
): Generator<ChartVersion> {
  for (let at = start; at < end; ) {
    const lineEnd = bytes.indexOf(10, at);
    yield versionOf(JSON.parse(bytes.toString('utf8', at, lineEnd)) as IndexRow);
    at = lineEnd + 1;
  }
}

function versionOf([version, name, urls, digest, created, deprecated]: IndexRow): ChartVersion {
  return {
    name,
    version,
    urls,
    ...(digest !== '' && { digest }),
    ...(created !== '' && { created }),
    ...(deprecated === 1 && { deprecated: true }),
  };
}

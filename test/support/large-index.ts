import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes an index of that many charts and versions of each as helm does: about 830 bytes a version. */
export async function writeLargeIndex(file: string, charts: number, versions: number): Promise<void> {
  await pipeline(Readable.from(linesOf(charts, versions)), createWriteStream(file));
}

function* linesOf(charts: number, versions: number): Generator<string> {
  yield 'apiVersion: v1\nentries:\n';
  for (let chart = 0; chart < charts; chart += 1) {
    yield `  chart-${chart}:\n`;
    for (let number = versions - 1; number >= 0; number -= 1) yield entryOf(chart, number);
  }
  yield 'generated: "2026-01-01T00:00:00Z"\n';
}

function entryOf(chart: number, number: number): string {
  const version = `${Math.floor(number / 100)}.${Math.floor(number / 10) % 10}.${number % 10}`;
  return `  - annotations:
      category: Database
      licenses: Apache-2.0
    apiVersion: v2
    appVersion: ${version}
    created: "2026-01-01T12:00:00.123456789Z"
    dependencies:
    - name: common
      repository: oci://registry.example.com/charts
      tags:
      - common
      version: 2.x.x
    description: A chart for this and for that, which is told in a sentence so long that
      it is wrapped
    digest: ${(chart * 100_000 + number).toString(16).padStart(64, '0')}
    home: https://example.com
    keywords:
    - one
    - two
    maintainers:
    - name: Somebody
      url: https://example.com/charts
    name: chart-${chart}
    sources:
    - https://example.com/charts/tree/main/chart-${chart}
    urls:
    - https://charts.example.com/charts/chart-${chart}-${version}.tgz
    version: ${version}
`;
}

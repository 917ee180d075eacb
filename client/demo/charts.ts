import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { helm } from '../../tools/helm.ts';

const CHART = join(import.meta.dirname, 'charts', 'recipes');

/** The versions of the chart in the demo's repository: of itself, and of what it runs. */
export const RECIPES = {
  first: { version: '1.0.0', appVersion: '3.1' },
  second: { version: '1.1.0', appVersion: '3.2' },
} as const;

/** Fills a folder with packages and their index, all made by helm; `home` is for what helm keeps itself. */
export async function packCharts(folder: string, home: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { version, appVersion } of Object.values(RECIPES)) {
    const versions = ['--version', version, '--app-version', appVersion];
    await helm(['package', CHART, '--destination', folder, ...versions], { home });
  }
  await helm(['repo', 'index', folder], { home });
}

import type { ChartFiles } from './chart-files.ts';
import { writeChartYaml } from './chart-values.ts';
import { withVersion } from './pack-chart.ts';
import type { MergedValues } from './values-files.ts';

/** What a build would make, before anything is downloaded or packed. */
export interface ChartPlan {
  readonly name: string;
  /** Of the artifact: with the generation or the commit as build metadata where it needs them. */
  readonly version: string;
  /** Whether the archive is that of the source, bit by bit. */
  readonly pulled: boolean;
  /** The files that will replace the default values. */
  readonly valuesFiles: readonly string[];
  /** Checks the signature of what the plan would bring; absent where none is asked for. */
  readonly verify?: () => Promise<void>;
  readonly make: () => Promise<MadeChart>;
}

export interface MadeChart {
  readonly archive: Buffer;
  /** The files that did replace the default values: without the missing ones. */
  readonly valuesFiles: readonly string[];
  readonly dependencies: number;
}

/** The files with the version and the default values that the plan wants. */
export function changed(
  files: ChartFiles,
  { version, values }: { readonly version: string; readonly values: MergedValues | undefined },
): ChartFiles {
  const versioned = withVersion(files, version);
  if (values === undefined) return versioned;
  return new Map([...versioned, ['values.yaml', writeChartYaml(values.values)]]);
}

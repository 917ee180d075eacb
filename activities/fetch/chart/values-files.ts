import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { entryInside, PathError, resolveInside } from '../../build/inside.ts';
import { CHART_LIMITS, ChartError, type ChartFiles, shown, withoutBom } from './chart-files.ts';
import { type ChartYaml, mergeValues, readChartYaml, readDefaultValues } from './chart-values.ts';

export interface ValuesFilesSpec {
  readonly valuesFiles: readonly string[];
  readonly ignoreMissing: boolean;
}

/** What takes the place of a chart's `values.yaml`. */
export interface MergedValues {
  readonly values: ChartYaml;
  /** The files that were there, as the spec writes them. */
  readonly files: readonly string[];
}

/**
 * Which files replace the default values: none where the chart's own file is the only one, as in Flux. Their order
 * is that of the merge.
 */
export function valuesFilesOf(spec: {
  readonly valuesFiles?: readonly string[] | undefined;
  readonly ignoreMissingValuesFiles?: boolean | undefined;
}): ValuesFilesSpec {
  const { valuesFiles = [] } = spec;
  const isDefault = valuesFiles.length === 1 && posix.normalize(valuesFiles[0] ?? '') === 'values.yaml';
  return {
    valuesFiles: isDefault ? [] : valuesFiles,
    ignoreMissing: spec.ignoreMissingValuesFiles ?? false,
  };
}

/** Merges files of a packaged chart, later ones over earlier ones. Throws a {@link ChartError} naming the file. */
export async function mergeFromChart(spec: ValuesFilesSpec, chart: ChartFiles): Promise<MergedValues> {
  return await merge(spec, (path) => {
    const name = posix.normalize(path);
    const content = /^(templates|charts)\//.test(name) ? undefined : chart.get(name);
    if (content === undefined) return undefined;
    return name === 'values.yaml' ? readDefaultValues(content, name) : readChartYaml(content, name);
  });
}

/**
 * Merges files of an artifact, whose directory is `root` (a real path); they are named from there, not from the chart.
 * Throws a {@link ChartError} naming the file, also for one that lies outside or behind a link.
 */
export async function mergeFromArtifact(spec: ValuesFilesSpec, root: string): Promise<MergedValues> {
  return await merge(spec, async (path) => {
    // A leading slash means the artifact's root, as in Flux.
    const inside = resolveInside('', path.replace(/^\/+/, ''));
    const entry = await entryInside(root, inside).catch((error: unknown) => {
      if (error instanceof PathError && error.why === 'missing') return undefined;
      throw error;
    });
    if (entry === undefined) return undefined;
    if (entry.kind !== 'file') throw new ChartError('is a directory, not a file');
    if (entry.size > CHART_LIMITS.fileBytes)
      throw new ChartError(`is larger than ${CHART_LIMITS.fileBytes} bytes`);
    return readChartYaml(withoutBom(await readFile(join(root, inside))), inside);
  });
}

async function merge(
  { valuesFiles, ignoreMissing }: ValuesFilesSpec,
  read: (path: string) => ChartYaml | undefined | Promise<ChartYaml | undefined>,
): Promise<MergedValues> {
  let values: ChartYaml = {};
  const files: string[] = [];
  for (const [index, path] of valuesFiles.entries()) {
    const found = await readNamed(index, path, read);
    if (found === undefined && ignoreMissing) continue;
    if (found === undefined) {
      throw new ChartError(
        `no values file found at path '${path}'; add it, or set spec.ignoreMissingValuesFiles`,
      );
    }
    values = mergeValues(values, found);
    files.push(path);
  }
  return { values, files };
}

async function readNamed(
  index: number,
  path: string,
  read: (path: string) => ChartYaml | undefined | Promise<ChartYaml | undefined>,
): Promise<ChartYaml | undefined> {
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof ChartError || error instanceof PathError)
      throw new ChartError(`spec.valuesFiles[${index}] ${shown(path)}: ${error.message}`);
    throw error;
  }
}

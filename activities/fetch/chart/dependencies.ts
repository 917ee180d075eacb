import { ApplicationFailure } from '@temporalio/common';
import { checkVersion, parseConstraint, parseVersion } from '../../../api/formats/semver.ts';
import { Reason } from '../../../api/reasons.ts';
import { PathError } from '../../build/inside.ts';
import { messageOf, transient } from '../../failures.ts';
import { chartFailure } from './chart-failure.ts';
import { type ChartBudget, ChartError, type ChartFiles } from './chart-files.ts';
import { type ChartDependency, type ChartMetadata, readChartLock } from './chart-metadata.ts';
import type { LoadedChart } from './load-chart.ts';
import { packageName } from './pack-chart.ts';

/** Brings one chart that another needs, as a package. Throws a {@link ChartError} or a failure of a repository. */
export type FetchDependency = (
  dependency: ChartDependency,
  budget: ChartBudget,
) => Promise<{ readonly metadata: ChartMetadata; readonly archive: Buffer }>;

export interface ResolvedChart {
  readonly files: ChartFiles;
  /** How many dependencies were missing. */
  readonly added: number;
}

/**
 * Puts the dependencies that `charts/` lacks there, as packages: aliases and conditions are left to helm, and two
 * versions of one chart lie side by side. A lock counts instead of `Chart.yaml`, as in Flux; unlike there it may not
 * lack one of them, since helm refuses to release such a chart. Throws DependencyBuildError naming the dependency.
 */
export async function addDependencies(
  chart: LoadedChart,
  budget: ChartBudget,
  fetch: FetchDependency,
): Promise<ResolvedChart> {
  const files = new Map(chart.files);
  const wanted = lockOf(chart) ?? chart.metadata.dependencies;
  const missing = missingOf(wanted, chart.charts);
  for (const dependency of missing) {
    try {
      const { metadata, archive } = await fetch(dependency, budget);
      checkFound(dependency, metadata);
      files.set(`charts/${packageName(metadata.name, metadata.version)}`, archive);
    } catch (error) {
      throw dependencyFailure(dependency, error);
    }
  }
  const present = [...chart.charts, ...missing];
  const forgotten = chart.metadata.dependencies.find(({ name, alias }) => !present.some(named(name, alias)));
  if (forgotten === undefined) return { files, added: missing.length };
  throw chartFailure(
    Reason.DependencyBuildError,
    `the lock does not name the dependency '${forgotten.name}' of Chart.yaml; run helm dependency update and commit the lock`,
  );
}

function lockOf({ files }: LoadedChart): readonly ChartDependency[] | undefined {
  try {
    return readChartLock(files);
  } catch (error) {
    throw error instanceof ChartError ? chartFailure(Reason.DependencyBuildError, error.message) : error;
  }
}

/** What is needed and not there. A version counts only where several are needed of one name. */
function missingOf(
  wanted: readonly ChartDependency[],
  present: readonly ChartMetadata[],
): readonly ChartDependency[] {
  return wanted.filter(({ name, alias, version }) => {
    const isOnly = wanted.filter((other) => other.name === name).length === 1;
    const found = present.filter(named(name, alias));
    return !found.some((chart) => isOnly || chart.name === alias || isInRange(chart.version, version));
  });
}

function named(name: string, alias: string): (chart: { readonly name: string }) => boolean {
  return (chart) => chart.name === name || (alias !== '' && chart.name === alias);
}

function checkFound({ name, version }: ChartDependency, found: ChartMetadata): void {
  if (found.name !== name) throw new ChartError(`the chart that was found is called '${found.name}'`);
  if (parseConstraint(version) === undefined)
    throw new ChartError(`invalid version/constraint format '${version}'`);
  if (!isInRange(found.version, version))
    throw new ChartError(`can't get a valid version for constraint '${version}': found '${found.version}'`);
}

function isInRange(version: string, range: string): boolean {
  const [parsed, constraint] = [parseVersion(version), parseConstraint(range)];
  // A version with build metadata, as locks have them, names itself.
  return version === range || (!!parsed && !!constraint && checkVersion(parsed, constraint));
}

function dependencyFailure({ name, alias, repository }: ChartDependency, error: unknown): unknown {
  const place = isLocal(repository) ? 'local' : 'remote';
  const message = `failed to add ${place} dependency '${alias || name}': ${messageOf(error)}`;
  if (error instanceof ChartError || error instanceof PathError)
    return chartFailure(Reason.DependencyBuildError, message);
  if (!(error instanceof ApplicationFailure)) return error;
  return error.nonRetryable === true
    ? chartFailure(Reason.DependencyBuildError, message)
    : transient(Reason.DependencyBuildError, `dependency build error: ${message}`);
}

/** Whether the dependency is a chart of the same artifact. */
export function isLocal(repository: string): boolean {
  return repository === '' || repository.startsWith('file://');
}

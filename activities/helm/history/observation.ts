import { type GoField, goArray, goMap, goString, goStruct, goValue } from '../../../api/formats/go-json.ts';
import type {
  ChartDependency,
  ChartMetadata,
  Hook,
  HookRun,
  Release,
  ReleaseInfo,
} from '../storage/release.ts';

/** What is known of a release beside helm's record of it. */
export interface ObservationOptions {
  /** Of the OCI artifact that its chart came in. */
  readonly ociDigest?: string | undefined;
  /** Whether the revision that was rolled back to is told, which helm-controller does from helm 4.3 on. */
  readonly tellsRollback?: boolean;
}

/**
 * The JSON over which helm-controller makes the digest of a release: `Observation` of its `internal/release`, as Go
 * writes it, with a line feed. Hooks that only test are left out, so that a test run by hand changes nothing.
 */
export function encodeObservation(
  release: Release,
  { ociDigest, tellsRollback = false }: ObservationOptions = {},
): string {
  const { config } = release;
  const hooks = release.hooks.filter(({ events }) => !events.includes('test'));
  const isEmpty = config === undefined || Object.keys(config).length === 0;
  const json = goStruct([
    ['name', goString(release.name)],
    ['version', String(release.version)],
    ['info', infoJson(release.info, tellsRollback)],
    ['chartMetadata', chartJson(release.chart)],
    ['config', isEmpty ? 'null' : goValue(config)],
    ['manifest', goString(release.manifest)],
    ['hooks', hooks.length === 0 ? 'null' : goArray(hooks, hookJson)],
    ['namespace', goString(release.namespace)],
    filled('ociDigest', ociDigest ?? ''),
  ]);
  return `${json}\n`;
}

function infoJson(info: ReleaseInfo, tellsRollback: boolean): string {
  return goStruct([
    filled('first_deployed', info.firstDeployed ?? ''),
    filled('last_deployed', info.lastDeployed ?? ''),
    filled('deleted', info.deleted ?? ''),
    filled('description', info.description),
    filled('status', info.status),
    nonZero('rollback_revision', tellsRollback ? info.rollbackRevision : 0),
    filled('notes', info.notes),
  ]);
}

function chartJson(chart: ChartMetadata): string {
  return goStruct([
    filled('name', chart.name),
    filled('home', chart.home),
    listed('sources', chart.sources, goString),
    filled('version', chart.version),
    filled('description', chart.description),
    listed('keywords', chart.keywords, goString),
    listed('maintainers', chart.maintainers, (who) =>
      who === undefined
        ? 'null'
        : goStruct([filled('name', who.name), filled('email', who.email), filled('url', who.url)]),
    ),
    filled('icon', chart.icon),
    filled('apiVersion', chart.apiVersion),
    filled('condition', chart.condition),
    filled('tags', chart.tags),
    filled('appVersion', chart.appVersion),
    set('deprecated', chart.deprecated),
    [
      'annotations',
      Object.keys(chart.annotations).length === 0 ? undefined : goMap(chart.annotations, goString),
    ],
    filled('kubeVersion', chart.kubeVersion),
    listed('dependencies', chart.dependencies, (of) => (of === undefined ? 'null' : dependencyJson(of))),
    filled('type', chart.type),
  ]);
}

function dependencyJson(dependency: ChartDependency): string {
  return goStruct([
    ['name', goString(dependency.name)],
    filled('version', dependency.version),
    ['repository', goString(dependency.repository)],
    filled('condition', dependency.condition),
    listed('tags', dependency.tags, goString),
    set('enabled', dependency.enabled),
    listed('import-values', dependency.importValues, goValue),
    filled('alias', dependency.alias),
  ]);
}

function hookJson(hook: Hook): string {
  return goStruct([
    filled('name', hook.name),
    filled('kind', hook.kind),
    filled('path', hook.path),
    filled('manifest', hook.manifest),
    listed('events', hook.events, goString),
    ['last_run', runJson(hook.lastRun)],
    nonZero('weight', hook.weight),
    listed('delete_policies', hook.deletePolicies, goString),
    listed('output_log_policies', hook.outputLogPolicies, goString),
  ]);
}

function runJson({ startedAt, completedAt, phase }: HookRun): string {
  return goStruct([
    filled('started_at', startedAt ?? ''),
    filled('completed_at', completedAt ?? ''),
    ['phase', goString(phase)],
  ]);
}

/** Fields that are left out when they are empty. */
function filled(name: string, text: string): GoField {
  return [name, text === '' ? undefined : goString(text)];
}

function nonZero(name: string, number: number): GoField {
  return [name, number === 0 ? undefined : String(number)];
}

function set(name: string, flag: boolean): GoField {
  return [name, flag ? 'true' : undefined];
}

function listed<Item>(name: string, items: readonly Item[], encode: (item: Item) => string): GoField {
  return [name, items.length === 0 ? undefined : goArray(items, encode)];
}

import { DEEPEST } from '../../../api/formats/yaml-depth.ts';
import { type GoReader, goReader } from './go-reader.ts';
import { RecordError } from './record-error.ts';
import type { ChartMetadata, Hook, Release, ReleaseInfo, ReleaseRecord } from './release.ts';

/** Reads the JSON of a record as helm's own types do. Throws {@link RecordError}. */
export function parseRelease(text: string, record: ReleaseRecord): Release {
  const json = goReader(parse(text), '');
  const release: Release = {
    name: json.text('name'),
    namespace: json.text('namespace'),
    version: json.int('version'),
    info: infoOf(json.struct('info')),
    chart: chartOf(json.struct('chart').struct('metadata')),
    config: json.map('config'),
    manifest: json.text('manifest'),
    hooks: json.structs('hooks').map(hookOf),
    applyMethod: json.text('apply_method'),
    record,
  };
  assertShallow(release.config, 'config');
  for (const dependency of release.chart.dependencies)
    assertShallow(dependency?.importValues, 'chart.metadata.dependencies.import-values');
  return release;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, in which values may be secrets.
    throw new RecordError('it is no JSON');
  }
}

function infoOf(info: GoReader): ReleaseInfo {
  return {
    firstDeployed: info.time('first_deployed'),
    lastDeployed: info.time('last_deployed'),
    deleted: info.time('deleted'),
    description: info.text('description'),
    status: info.text('status'),
    rollbackRevision: info.int('rollback_revision'),
    notes: info.text('notes'),
  };
}

function chartOf(chart: GoReader): ChartMetadata {
  return {
    name: chart.text('name'),
    home: chart.text('home'),
    sources: chart.texts('sources'),
    version: chart.text('version'),
    description: chart.text('description'),
    keywords: chart.texts('keywords'),
    maintainers: chart
      .structs('maintainers')
      .map((who) => who && { name: who.text('name'), email: who.text('email'), url: who.text('url') }),
    icon: chart.text('icon'),
    apiVersion: chart.text('apiVersion'),
    condition: chart.text('condition'),
    tags: chart.text('tags'),
    appVersion: chart.text('appVersion'),
    deprecated: chart.flag('deprecated'),
    annotations: annotationsOf(chart),
    kubeVersion: chart.text('kubeVersion'),
    dependencies: chart.structs('dependencies').map((of) => of && dependencyOf(of)),
    type: chart.text('type'),
  };
}

function annotationsOf(chart: GoReader): Readonly<Record<string, string>> {
  const annotations = Object.entries(chart.map('annotations') ?? {}).map(([key, value]) => {
    if (value !== null && typeof value !== 'string')
      throw new RecordError('the field chart.metadata.annotations has a wrong type');
    return [key, value ?? ''] as const;
  });
  return Object.fromEntries(annotations);
}

function dependencyOf(dependency: GoReader): NonNullable<ChartMetadata['dependencies'][number]> {
  return {
    name: dependency.text('name'),
    version: dependency.text('version'),
    repository: dependency.text('repository'),
    condition: dependency.text('condition'),
    tags: dependency.texts('tags'),
    enabled: dependency.flag('enabled'),
    importValues: dependency.list('import-values'),
    alias: dependency.text('alias'),
  };
}

function hookOf(hook: GoReader | undefined): Hook {
  if (hook === undefined) throw new RecordError('the field hooks has an empty item');
  const run = hook.struct('last_run');
  return {
    name: hook.text('name'),
    kind: hook.text('kind'),
    path: hook.text('path'),
    manifest: hook.text('manifest'),
    events: hook.texts('events'),
    lastRun: {
      startedAt: run.time('started_at'),
      completedAt: run.time('completed_at'),
      phase: run.text('phase'),
    },
    weight: hook.int('weight'),
    deletePolicies: hook.texts('delete_policies'),
    outputLogPolicies: hook.texts('output_log_policies'),
  };
}

/** Throws on what is nested too deep, or is a number that no double holds. */
function assertShallow(value: unknown, field: string): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value === 'number' && !Number.isFinite(next.value))
      throw new RecordError(`the field ${field} has a number that is too large`);
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth === DEEPEST) throw new RecordError(`the field ${field} is nested too deep`);
    for (const child of Object.values(next.value)) open.push({ value: child, depth: next.depth + 1 });
  }
}

import { parseYamlDocuments } from '../../../api/formats/manifest-yaml.ts';
import { checkVersion, parseConstraint, parseVersion } from '../../../api/formats/semver.ts';
import { isRecord } from '../../apply/pointer.ts';
import type { Chart, CrdFile, Dependency } from './chart.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * The definitions of a chart and of those of its subcharts that take part with these values, in helm's order: a
 * subchart that a condition or a tag turns off has none (helm pkg/chart/v2/util, `ProcessDependencies`). `values` is
 * the text of the values file.
 */
export function enabledCrds(chart: Chart, values: string): CrdFile[] {
  if (!hasCrds(chart)) return [];
  const [first] = parseYamlDocuments(values, { file: 'values', lastKeyWins: true });
  return crdsWith(chart, isRecord(first?.value) ? first.value : {}, '');
}

function hasCrds({ ownCrds, charts }: Chart): boolean {
  return ownCrds.length > 0 || charts.some(hasCrds);
}

function crdsWith(chart: Chart, values: Values, path: string): CrdFile[] {
  const named = participants(chart);
  const all = coalesced({ ...chart, charts: named }, values);
  const enabled = named.filter(({ listed }) => !listed || isEnabled(listed, all, path));
  return [
    ...chart.ownCrds,
    // Conditions and tags of a subchart count from the values of the whole.
    ...enabled.flatMap((sub) => crdsWith(sub, all, `${path}${sub.name}.`)),
  ];
}

interface Participant extends Chart {
  /** Its entry in the parent's Chart.yaml. */
  readonly listed?: Dependency;
}

/** Charts that are not listed, then those that are, under their aliases. */
function participants({ charts, dependencies }: Chart): Participant[] {
  const isMeant = (chart: Chart, { name, version }: Dependency) =>
    chart.name === name && isInRange(version, chart.version);
  const unlisted = charts.filter((chart) => !dependencies.some((listed) => isMeant(chart, listed)));
  const listed = dependencies.flatMap((dependency) => {
    const chart = charts.find((candidate) => isMeant(candidate, dependency));
    return chart ? [{ ...chart, name: dependency.alias || chart.name, listed: dependency }] : [];
  });
  return [...unlisted, ...listed];
}

function isInRange(range: string, version: string): boolean {
  const constraint = parseConstraint(range);
  const parsed = parseVersion(version);
  return constraint !== undefined && parsed !== undefined && checkVersion(parsed, constraint);
}

/** Tags first; the first condition that has a boolean for a value decides over them. */
function isEnabled({ condition, tags }: Dependency, values: Values, path: string): boolean {
  for (const name of condition.trim().split(',')) {
    const value = name === '' ? undefined : valueAt(values, `${path}${name}`);
    if (typeof value === 'boolean') return value;
  }
  const table = tableAt(values, ['tags']) ?? {};
  const chosen = tags.map((tag) => table[tag]).filter((value) => typeof value === 'boolean');
  return chosen.length === 0 || chosen.includes(true);
}

function valueAt(values: Values, path: string): unknown {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  return tableAt(values, keys)?.[last];
}

function tableAt(values: Values, keys: readonly string[]): Values | undefined {
  let table: unknown = values;
  for (const key of keys) table = isRecord(table) && Object.hasOwn(table, key) ? table[key] : undefined;
  return isRecord(table) ? table : undefined;
}

/** Values over the chart's own defaults; each subchart has its table, with the globals of the parent in it. */
function coalesced(chart: Pick<Chart, 'defaultValues' | 'charts'>, values: Values): Values {
  const children = new Set(chart.charts.map(({ name }) => name));
  const merged: Record<string, unknown> = { ...over(values, chart.defaultValues, children) };
  for (const child of chart.charts) {
    const own = tableAt(merged, [child.name]) ?? {};
    const globals = { ...tableAt(own, ['global']), ...tableAt(merged, ['global']) };
    merged[child.name] = coalesced(child, { ...own, global: globals });
  }
  return merged;
}

const NONE: ReadonlySet<string> = new Set();

/** A null takes a default away, but in the table of a subchart, whose own defaults it is to meet first. */
function over(values: Values, defaults: Values, children: ReadonlySet<string>): Values {
  const merged = new Map(Object.entries(defaults).filter(([, value]) => value !== null));
  for (const [key, value] of Object.entries(values)) {
    const below = merged.get(key);
    if (isRecord(value) && isRecord(below))
      merged.set(key, children.has(key) ? { ...below, ...value } : over(value, below, NONE));
    else if (value === null && merged.has(key)) merged.delete(key);
    else merged.set(key, value);
  }
  // fromEntries defines properties, so that a key "__proto__" is one like any other.
  return Object.fromEntries(merged);
}

import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { helm } from './helm.ts';
import { processFolder } from './process-folder.ts';

export interface PackageOptions {
  readonly version?: string;
  readonly appVersion?: string;
  /** Laid over the chart's own values.yaml, key by key at the top. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Added or replaced by path; `undefined` removes one. */
  readonly files?: Readonly<Record<string, string | undefined>>;
}

const CHARTS = join(import.meta.dirname, 'charts');

/** The folders of the set of charts made for tests; what each is for stands in its Chart.yaml. */
export const CHART_NAMES: readonly string[] = readdirSync(CHARTS).toSorted();

const packages = processFolder('charts');
const packed = new Map<string, Promise<string>>();

/** The path of a package of the chart, made by `helm package` from a changed copy; once for the same options. */
export function packageChart(chart: string, options: PackageOptions = {}): Promise<string> {
  const key = JSON.stringify([chart, options], (_, value: unknown) => value ?? null);
  const made = packed.get(key) ?? pack(chart, options);
  packed.set(key, made);
  return made;
}

/** Every file of a chart of the set by its path, to be committed to a git repository below `prefix`. */
export function chartFiles(chart: string, prefix: string = chart): Record<string, string> {
  const folder = join(CHARTS, chart);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [`${prefix}/${path}`, readFileSync(join(folder, path), 'utf8')]),
  );
}

async function pack(chart: string, options: PackageOptions): Promise<string> {
  const folder = mkdtempSync(join(packages(), `${chart}-`));
  const copy = join(folder, 'charts', chart);
  // Beside it what it names by file, as in the set.
  const beside = neighbours(chart);
  for (const each of [chart, ...beside]) {
    await cp(join(CHARTS, each), join(folder, 'charts', each), { recursive: true });
  }
  await change(copy, options);
  const { version, appVersion } = options;
  await helm([
    'package',
    copy,
    '--destination',
    folder,
    ...(version === undefined ? [] : ['--version', version]),
    ...(appVersion === undefined ? [] : ['--app-version', appVersion]),
    ...(beside.length === 0 ? [] : ['--dependency-update']),
  ]);
  await rm(join(folder, 'charts'), { recursive: true });
  const [file] = await readdir(folder);
  if (file === undefined) throw new Error(`helm package of ${chart} left nothing in ${folder}`);
  return join(folder, file);
}

async function change(folder: string, { values, files = {} }: PackageOptions): Promise<void> {
  if (values) {
    const file = join(folder, 'values.yaml');
    const own = existsSync(file) ? (parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
    await writeFile(file, stringify({ ...own, ...values }));
  }
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    if (content === undefined) await rm(file);
    else await writeFile(file, content);
  }
}

function neighbours(chart: string): string[] {
  const metadata = readFileSync(join(CHARTS, chart, 'Chart.yaml'), 'utf8');
  return [...metadata.matchAll(/repository: file:\/\/\.\.\/(\S+)/g)].map(([, name = '']) => name);
}

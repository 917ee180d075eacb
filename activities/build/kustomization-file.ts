import { lstat, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { buildFailed } from './build-failed.ts';
import { readYaml } from './read-yaml.ts';

/** A kustomization as it was read: kustomize itself validates it. */
export type KustomizationContent = Readonly<Record<string, unknown>>;

/** The names kustomize looks for, in its order. */
export const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** The fields of kustomize's `types.Kustomization`. */
export const KUSTOMIZATION_FIELDS: ReadonlySet<string> = new Set(
  (
    'apiVersion kind metadata openapi namePrefix nameSuffix namespace commonLabels labels commonAnnotations ' +
    'patchesStrategicMerge patchesJson6902 patches images imageTags replacements replicas vars sortOptions ' +
    'resources components crds bases configMapGenerator secretGenerator helmGlobals helmCharts ' +
    'helmChartInflationGenerator generatorOptions configurations generators transformers validators buildMetadata'
  ).split(' '),
);

const MAX_BYTES = 1024 * 1024;

/** The kustomization file of a directory, relative to `root`; undefined when it has none. Throws BuildFailed when it has several, as kustomize does. */
export async function findKustomizationFile(root: string, directory: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of KUSTOMIZATION_FILES) {
    const stats = await lstat(join(root, directory, name)).catch(() => undefined);
    if (stats?.isFile()) found.push(posix.join(directory, name));
  }
  if (found.length > 1)
    throw buildFailed(`${directory || '.'} has several kustomization files: ${found.join(', ')}`);
  return found[0];
}

/** Reads a kustomization file. Throws BuildFailed naming file and line. */
export async function readKustomizationFile(root: string, file: string): Promise<KustomizationContent> {
  const { size } = await lstat(join(root, file));
  if (size > MAX_BYTES) throw buildFailed(`${file} exceeds ${MAX_BYTES} bytes`, { path: file });
  const documents = readYaml(await readFile(join(root, file), 'utf8'), file);
  if (documents.length > 1) throw buildFailed(`${file} holds several documents`, { path: file });
  const content = documents[0] ?? {};
  if (!isMap(content)) throw buildFailed(`${file} is not a map of fields`, { path: file });
  return content;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list; anything else is none, and for kustomize to refuse. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

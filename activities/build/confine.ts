import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseAliasBomb } from './alias-bomb.ts';
import { buildFailed } from './build-failed.ts';
import { at, type FoundFiles, find, type Place, resolve, takeFile } from './found-files.ts';
import type { TopKustomization } from './generate.ts';
import type { Entry } from './inside.ts';
import {
  findKustomizationFile,
  isMap,
  type KustomizationContent,
  readKustomizationFile,
} from './kustomization-file.ts';
import { isInline, pluginConfigs } from './plugins.ts';
import { pluginReferencesOf, type Reference, referencesOf } from './references.ts';
import { pluginRefusalOf, refusalOf } from './refusals.ts';
import { looksRemote } from './remote.ts';
import { rewrite } from './rewrite.ts';

/** Everything that a build may read, found before kustomize runs. All paths are relative to the artifact's root. */
export interface Confined {
  readonly files: ReadonlySet<string>;
  /** Files that kustomize gets as we understood them, so that nothing hides between two readings of YAML. */
  readonly rewritten: ReadonlyMap<string, string>;
  /** The manifest files, in kustomize's order, a repeated one again. */
  readonly manifests: readonly string[];
  /** Whether the kustomizations do nothing but list manifests; the top one may name a namespace. */
  readonly isPlain: boolean;
}

const MAX_DEPTH = 32;
const MAX_KUSTOMIZATIONS = 10_000;

interface Walk extends FoundFiles {
  readonly rewritten: Map<string, string>;
  readonly visited: Map<string, Visited>;
}

interface Visited {
  readonly manifests: readonly string[];
  readonly isPlain: boolean;
  /** The kustomizations that kustomize builds for this one: itself, and each below as often as it is reached. */
  readonly builds: number;
}

/**
 * Walks every kustomization that a build reaches and refuses what kustomize would follow out of the artifact,
 * fetch, run, or not come to an end with. kustomize's own restrictor checks files only, not directories.
 * `root` is a real path. Throws BuildFailed.
 */
export async function confine(root: string, top: TopKustomization): Promise<Confined> {
  const walk: Walk = { root, files: new Set(), rewritten: new Map(), visited: new Map(), bytes: 0 };
  const place = { directory: top.directory, file: top.file, above: [] };
  const { manifests, isPlain } = await visit(walk, place, top.content);
  return { files: walk.files, rewritten: walk.rewritten, manifests, isPlain };
}

async function visitDirectory(walk: Walk, directory: string, above: readonly string[]): Promise<Visited> {
  if (above.some((visited) => isWithin(visited, directory)))
    throw buildFailed(`kustomizations form a cycle: ${[...above, directory].map(name).join(' → ')}`);
  if (above.length > MAX_DEPTH)
    throw buildFailed(`kustomizations are nested deeper than ${MAX_DEPTH}: ${above.map(name).join(' → ')}`);
  const before = walk.visited.get(directory);
  if (before) return before;

  const file = await findKustomizationFile(walk.root, directory);
  if (file === undefined) throw buildFailed(`${name(directory)}: the directory has no kustomization file`);
  const content = await readKustomizationFile(walk.root, file);
  const visited = await visit(walk, { directory, file, above }, content);
  walk.visited.set(directory, visited);
  return visited;
}

async function visit(walk: Walk, place: Place, content: KustomizationContent): Promise<Visited> {
  const refusal = refusalOf(content);
  if (refusal !== undefined) throw at(place, refusal);
  refuseBombsInline(place, content);

  const manifests: string[] = [];
  const replaced = new Map<string, string>();
  let isPlain = listsOnlyResources(content, place.above.length === 0);
  let builds = 1;
  for (const reference of referencesOf(content)) {
    const below = await follow(walk, place, reference, replaced);
    if (below === undefined) continue;
    manifests.push(...below.manifests);
    isPlain &&= below.isPlain;
    builds += below.builds;
    if (builds > MAX_KUSTOMIZATIONS)
      throw at(place, `more than ${MAX_KUSTOMIZATIONS} kustomizations to build`);
  }
  walk.files.add(place.file);
  walk.rewritten.set(place.file, rewrite(content, replaced));
  return { manifests, isPlain, builds };
}

/** Follows one reference; gives back what it adds to the resources, if anything. */
async function follow(
  walk: Walk,
  place: Place,
  reference: Reference,
  replaced: Map<string, string>,
): Promise<Visited | undefined> {
  const { field, path, role } = reference;
  if (isInline(reference)) {
    // What kustomize cannot read as inline it takes for a path after all.
    resolve(place, reference);
    if (role === 'plugin')
      replaced.set(field, await checkPlugin(walk, place, { field, text: path, file: place.file }));
    return undefined;
  }
  const entry = await find(walk.root, place, reference);
  if (entry.kind === 'directory') {
    if (looksRemote(path)) replaced.set(field, `./${path}`);
    return followDirectory(walk, place, reference, entry);
  }
  if (role === 'base' || role === 'component') throw at(place, `${field}: ${path} is not a directory`);
  await takeFile(walk, place, entry, role === 'data');
  if (role === 'plugin') await checkPluginFile(walk, place, field, entry.path);
  return role === 'resource' ? { manifests: [entry.path], isPlain: true, builds: 0 } : undefined;
}

async function followDirectory(
  walk: Walk,
  place: Place,
  { field, path, role }: Reference,
  entry: Entry,
): Promise<Visited | undefined> {
  if (role === 'yaml' || role === 'data') throw at(place, `${field}: ${path} is a directory, not a file`);
  const below = await visitDirectory(walk, entry.path, [...place.above, place.directory]);
  if (role !== 'plugin') return role === 'component' ? { ...below, isPlain: false } : below;
  if (!below.isPlain) throw at(place, `${field}: ${path} may only list the configurations of plugins`);
  for (const manifest of below.manifests) await checkPluginFile(walk, place, field, manifest);
  return undefined;
}

async function checkPluginFile(walk: Walk, place: Place, field: string, file: string): Promise<void> {
  const text = await readFile(join(walk.root, file), 'utf8');
  walk.rewritten.set(file, await checkPlugin(walk, place, { field, text, file }));
}

/** Checks the configuration of generators or transformers, and gives it back as we understood it. */
async function checkPlugin(
  walk: Walk,
  place: Place,
  source: { readonly field: string; readonly text: string; readonly file: string },
): Promise<string> {
  const configs = pluginConfigs(source.text, source.file);
  for (const config of configs) {
    const refusal = pluginRefusalOf(config);
    if (refusal !== undefined) throw at(place, `${source.field}: ${refusal}`);
    for (const { field, path, role } of isMap(config) ? pluginReferencesOf(config) : []) {
      const reference = { field: `${source.field}.${field}`, path, role };
      if (isInline(reference)) resolve(place, reference);
      else await takeFile(walk, place, await find(walk.root, place, reference), role === 'data');
    }
  }
  return configs.map((config) => JSON.stringify(config)).join('\n---\n');
}

function refuseBombsInline(place: Place, content: KustomizationContent): void {
  const texts = [content['patches'], content['patchesJson6902'], content['patchesStrategicMerge']].flat();
  for (const item of texts) {
    const text = isMap(item) ? item['patch'] : item;
    if (typeof text === 'string') refuseAliasBomb(text, `a patch of ${place.file}`);
  }
}

function listsOnlyResources(content: KustomizationContent, isTop: boolean): boolean {
  const plain = ['apiVersion', 'kind', 'metadata', 'resources', ...(isTop ? ['namespace'] : [])];
  return (
    Object.keys(content).every((field) => plain.includes(field)) &&
    (content['kind'] ?? 'Kustomization') === 'Kustomization' &&
    Array.isArray(content['resources']) &&
    content['resources'].length > 0 &&
    content['resources'].every((path) => typeof path === 'string')
  );
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || directory === '' || path.startsWith(`${directory}/`);
}

function name(directory: string): string {
  return directory === '' ? '.' : directory;
}

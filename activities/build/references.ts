import { isMap, type KustomizationContent, listOf } from './kustomization-file.ts';

/** One place in a kustomization that names a file or a directory. */
export interface Reference {
  /** Where it stands, as `patches[0].path`. */
  readonly field: string;
  readonly path: string;
  /** What kustomize takes there. `data` is a file that it does not parse. */
  readonly role: 'resource' | 'base' | 'component' | 'plugin' | 'yaml' | 'data';
}

type Item = Readonly<Record<string, unknown>>;

/**
 * Every file and directory that kustomize would read for a kustomization, by the fields of its
 * `types.Kustomization`. Inline patches and plugin configurations are left out.
 */
export function referencesOf(content: KustomizationContent): Reference[] {
  return [
    ...paths(content, 'resources', 'resource'),
    ...paths(content, 'bases', 'base'),
    ...paths(content, 'components', 'component'),
    ...paths(content, 'crds', 'yaml'),
    ...paths(content, 'configurations', 'yaml'),
    ...paths(content, 'generators', 'plugin'),
    ...paths(content, 'transformers', 'plugin'),
    ...paths(content, 'validators', 'plugin'),
    ...paths(content, 'patchesStrategicMerge', 'yaml'),
    ...items(content, 'patches', (patch, at) => path(patch, 'path', at)),
    ...items(content, 'patchesJson6902', (patch, at) => path(patch, 'path', at)),
    ...items(content, 'replacements', (replacement, at) => path(replacement, 'path', at)),
    ...items(content, 'configMapGenerator', generatorFiles),
    ...items(content, 'secretGenerator', generatorFiles),
    ...(isMap(content['openapi']) ? path(content['openapi'], 'path', 'openapi') : []),
  ];
}

/** The files that a builtin generator or transformer reads by its own configuration: `kind: PatchTransformer` and its like. */
export function pluginReferencesOf(config: Item): Reference[] {
  return [
    ...path(config, 'path', ''),
    ...path(config, 'targetFilePath', ''),
    ...paths(config, 'paths', 'yaml'),
    ...items(config, 'replacements', (replacement, at) => path(replacement, 'path', at)),
    ...generatorFiles(config, ''),
  ];
}

function generatorFiles(generator: Item, at: string): Reference[] {
  const files = listOf(generator['files']).flatMap((file, index): Reference[] => {
    if (typeof file !== 'string') return [];
    // `key=path`, or a path alone.
    return [{ field: `${dot(at)}files[${index}]`, path: file.slice(file.indexOf('=') + 1), role: 'data' }];
  });
  const envs = [generator['env'], ...listOf(generator['envs'])].flatMap((env): Reference[] =>
    typeof env === 'string' && env !== '' ? [{ field: `${dot(at)}envs`, path: env, role: 'data' }] : [],
  );
  return [...files, ...envs];
}

function paths(content: Item, field: string, role: Reference['role']): Reference[] {
  return listOf(content[field]).flatMap((path, index) =>
    typeof path === 'string' ? [{ field: `${field}[${index}]`, path, role }] : [],
  );
}

function items(
  content: Item,
  field: string,
  visit: (item: Item, at: string) => readonly Reference[],
): Reference[] {
  return listOf(content[field]).flatMap((item, index) =>
    isMap(item) ? visit(item, `${field}[${index}]`) : [],
  );
}

function path(item: Item, field: string, at: string): Reference[] {
  const value = item[field];
  return typeof value === 'string' && value !== ''
    ? [{ field: `${dot(at)}${field}`, path: value, role: 'yaml' }]
    : [];
}

function dot(at: string): string {
  return at === '' ? '' : `${at}.`;
}

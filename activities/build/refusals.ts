import { isMap, KUSTOMIZATION_FIELDS, type KustomizationContent, listOf } from './kustomization-file.ts';

// Go matches JSON fields whatever their case, and folds two letters of Unicode: `Resources` and `reſources`
// would be read by kustomize and overlooked by us.
const ITEM_FIELDS = ['path', 'paths', 'files', 'env', 'envs', 'targetFilePath', 'replacements', 'patch'];
const HELM_FIELDS = ['helmCharts', 'helmGlobals', 'helmChartInflationGenerator'];
const LISTS_OF_ITEMS = [
  'patches',
  'patchesJson6902',
  'replacements',
  'configMapGenerator',
  'secretGenerator',
];
const FUNCTION_ANNOTATIONS = ['config.kubernetes.io/function', 'config.k8s.io/function'];

/** What a kustomization holds that is never built; undefined when there is nothing. */
export function refusalOf(content: KustomizationContent): string | undefined {
  const helm = HELM_FIELDS.find((field) => field in content);
  if (helm !== undefined)
    return `${helm}: Helm charts are not inflated by kustomize builds; use a HelmRelease instead`;
  return (
    misspelled(content, [...KUSTOMIZATION_FIELDS]) ??
    LISTS_OF_ITEMS.flatMap((field) => listOf(content[field]))
      .filter(isMap)
      .map((item) => misspelled(item, ITEM_FIELDS))
      .find((refusal) => refusal !== undefined)
  );
}

/** What the configuration of a generator or transformer holds that is never run; undefined when there is nothing. */
export function pluginRefusalOf(config: unknown): string | undefined {
  if (!isMap(config)) return 'the configuration of a plugin is not an object';
  const kind = String(config['kind']);
  if (kind === 'HelmChartInflationGenerator')
    return `${kind}: Helm charts are not inflated by kustomize builds; use a HelmRelease instead`;
  const metadata = isMap(config['metadata']) ? config['metadata'] : {};
  const annotations = isMap(metadata['annotations']) ? metadata['annotations'] : {};
  if (FUNCTION_ANNOTATIONS.some((name) => name in annotations))
    return `${kind}: functions in containers or as programs are not run`;
  if (config['apiVersion'] !== 'builtin')
    return `${kind}: only the builtin generators and transformers are run, not plugins`;
  return misspelled(config, ITEM_FIELDS);
}

function misspelled(item: Readonly<Record<string, unknown>>, fields: readonly string[]): string | undefined {
  const byFold = new Map(fields.map((field) => [fold(field), field]));
  for (const key of Object.keys(item)) {
    const field = byFold.get(fold(key));
    if (field !== undefined && field !== key) return `the field ${key} must be written ${field}`;
  }
  return undefined;
}

function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

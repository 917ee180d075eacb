import { ManifestError, parseYamlDocuments } from '../../api/formats/manifest-yaml.ts';
import { isMap } from './kustomization-file.ts';
import { readYaml } from './read-yaml.ts';
import type { Reference } from './references.ts';

/** Whether kustomize finds an object in the text itself where a path is allowed, too. */
export function isInline({ path, role, field }: Reference): boolean {
  const takesInline = role === 'plugin' || /^(?:.*\.)?(?:patchesStrategicMerge|paths)\[/.test(field);
  if (!takesInline || !/[\n:{]/.test(path)) return false;
  try {
    const documents = parseYamlDocuments(path, { file: 'inline' });
    return documents.length > 0 && documents.every(({ value }) => isMap(value) && 'kind' in value);
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
}

/** The objects that configure generators or transformers, a List among them taken apart. Throws BuildFailed. */
export function pluginConfigs(text: string, file: string): readonly unknown[] {
  return readYaml(text, file).flatMap((value) =>
    isMap(value) && String(value['kind']).endsWith('List') && Array.isArray(value['items'])
      ? (value['items'] as readonly unknown[])
      : [value],
  );
}

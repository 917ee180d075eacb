import { bigIntegerDigits } from '../../api/formats/big-integer.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import { isMap, KUSTOMIZATION_FIELDS, type KustomizationContent, listOf } from './kustomization-file.ts';

type Image = NonNullable<KustomizationSpec['images']>[number];

// Fields of these types that are no text; numbers and booleans anywhere else are read as text, as Go does
// when it decodes YAML into a string: `newTag: 1.27`.
const NO_TEXT: ReadonlySet<string> = new Set(
  (
    'disableNameSuffixHash immutable includeSelectors includeTemplates count index create ' +
    'allowNameChange allowKindChange'
  ).split(' '),
);

/**
 * Merges the fields of a spec into the kustomization at its path, all but `targetNamespace`; `components` are those
 * that exist. Fields that kustomize does not know are dropped, as Flux does at this place only.
 */
export function applySpec(
  content: KustomizationContent,
  spec: KustomizationSpec,
  components: readonly string[],
): KustomizationContent {
  const known = Object.fromEntries(
    Object.entries(content).filter(([field]) => KUSTOMIZATION_FIELDS.has(field)),
  );
  const merged: Record<string, unknown> = { ...(asText(known) as KustomizationContent) };
  merged['apiVersion'] ??= 'kustomize.config.k8s.io/v1beta1';
  merged['kind'] ??= 'Kustomization';
  if (spec.namePrefix !== undefined) merged['namePrefix'] = spec.namePrefix;
  if (spec.nameSuffix !== undefined) merged['nameSuffix'] = spec.nameSuffix;
  if (spec.patches?.length) merged['patches'] = [...listOf(merged['patches']), ...spec.patches];
  if (components.length > 0) merged['components'] = [...listOf(merged['components']), ...components];
  if (spec.images?.length) merged['images'] = mergeImages(listOf(merged['images']), spec.images);
  if (spec.buildMetadata?.length) merged['buildMetadata'] = spec.buildMetadata;
  return merged;
}

/** By name; a tag and a digest are one choice of version: setting either clears the other. */
function mergeImages(present: readonly unknown[], images: readonly Image[]): unknown[] {
  const merged = [...present];
  for (const { name, newName, newTag, digest } of images) {
    const index = merged.findIndex((image) => isMap(image) && image['name'] === name);
    const before = index < 0 ? { name } : (merged[index] as Record<string, unknown>);
    const { newTag: oldTag, digest: oldDigest, ...rest } = before;
    const version = newTag || digest ? { newTag, digest } : { newTag: oldTag, digest: oldDigest };
    const next = { ...rest, ...(newName && { newName }), ...version };
    if (index < 0) merged.push(next);
    else merged[index] = next;
  }
  return merged;
}

function asText(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => asText(item, field));
  const digits = bigIntegerDigits(value);
  if (digits !== undefined) return digits;
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item, key)]));
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar && !NO_TEXT.has(field) ? String(value) : value;
}

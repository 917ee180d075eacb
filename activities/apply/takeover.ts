import type { KubeObject, ManagedFieldsEntry } from '../../api/kube-object.ts';
import { Annotation, FieldManager } from '../../api/names.ts';
import type { JsonPatchOperation } from './contract.ts';
import { keepsForeignFields } from './directives.ts';
import { ownEntry, unionOfFields } from './managed-fields.ts';
import { formatPointer } from './pointer.ts';

// As in kustomize-controller: what kubectl and old releases of Flux leave behind.
const ANNOTATIONS = [
  Annotation.lastApplied,
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
];
const LABELS = ['fluxcd.io/sync-gc-mark'];

/**
 * The patch that makes the fields of `kubectl` and its like ours, so that the apply after it removes those that the
 * build does not have (fluxcd/pkg ssa PatchReplaceFieldsManagers); undefined when there is nothing to take over.
 * It fails with a conflict when the object has changed since it was read.
 */
export function takeoverPatch(desired: KubeObject, live: KubeObject): JsonPatchOperation[] | undefined {
  if (keepsForeignFields(desired, live)) return undefined;
  const operations: JsonPatchOperation[] = [
    ...removals(['metadata', 'annotations'], ANNOTATIONS, live.metadata.annotations),
    ...removals(['metadata', 'labels'], LABELS, live.metadata.labels),
  ];
  const managedFields = takenOver(live);
  if (managedFields)
    operations.push({ op: 'replace', path: '/metadata/managedFields', value: managedFields });
  if (operations.length === 0) return undefined;
  // A manager that writes meanwhile would lose its entry.
  const path = '/metadata/resourceVersion';
  return [{ op: 'replace', path, value: live.metadata.resourceVersion }, ...operations];
}

function removals(
  parent: readonly string[],
  keys: readonly string[],
  found: Readonly<Record<string, string>> | undefined,
): JsonPatchOperation[] {
  return keys
    .filter((key) => found?.[key] !== undefined)
    .map((key) => ({ op: 'remove', path: formatPointer([...parent, key]) }));
}

function takenOver(live: KubeObject): ManagedFieldsEntry[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const foreign = entries.filter(isTakenOver);
  const [first] = foreign;
  if (!first) return undefined;
  const own = ownEntry(live) ?? { ...first, manager: FieldManager.apply, operation: 'Apply' as const };
  const fieldsV1 = foreign.reduce(
    (fields, entry) => unionOfFields(fields, entry.fieldsV1 ?? {}),
    own.fieldsV1 ?? {},
  );
  const others = entries.filter((entry) => !foreign.includes(entry) && entry !== ownEntry(live));
  return [...others, { ...own, fieldsV1 }];
}

function isTakenOver({ manager = '', operation, subresource }: ManagedFieldsEntry): boolean {
  if (subresource) return false;
  if (manager.startsWith('kubectl')) return true;
  return (
    operation === 'Update' &&
    (manager.startsWith('before-first-apply') || manager.startsWith(FieldManager.apply))
  );
}

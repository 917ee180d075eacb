import { parseJson } from '../../kube/json.ts';
import { FIELD_MANAGER, HELMS_MANAGER } from './route.ts';

/** Entries of helm are ours in the cluster, and ours are helm's in its own eyes: one swap serves both ways. */
const OTHER: Readonly<Record<string, string>> = {
  [HELMS_MANAGER]: FIELD_MANAGER,
  [FIELD_MANAGER]: HELMS_MANAGER,
};

interface Entry {
  readonly manager?: string;
}

/**
 * An object as helm is to see it. Helm hands the fields that it once patched over to server-side apply by the name in
 * managedFields, and looks for its own there.
 */
export function swapInObject(text: string): string {
  if (!text.includes('"manager":"helm')) return text;
  const object = parseJson(text) as { readonly metadata?: { readonly managedFields?: readonly Entry[] } };
  const { metadata } = object;
  if (!Array.isArray(metadata?.managedFields)) return text;
  return JSON.stringify({
    ...object,
    metadata: { ...metadata, managedFields: swapped(metadata.managedFields) },
  });
}

/** A JSON patch as the API server is to get it. */
export function swapInPatch(text: string): string {
  if (!text.includes('/metadata/managedFields')) return text;
  const operations = parseJson(text) as readonly { readonly path?: string; readonly value?: unknown }[];
  return JSON.stringify(
    operations.map((operation) =>
      operation.path === '/metadata/managedFields' && Array.isArray(operation.value)
        ? { ...operation, value: swapped(operation.value as readonly Entry[]) }
        : operation,
    ),
  );
}

function swapped(entries: readonly Entry[]): readonly Entry[] {
  return entries.map((entry) => {
    const other = OTHER[entry.manager ?? ''];
    return other === undefined ? entry : { ...entry, manager: other };
  });
}

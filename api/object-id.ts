import { type KubeObject, parseApiVersion } from './kube-object.ts';

/** The identity of an object in a cluster, whatever version it is read at. */
export interface ObjectId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** An inventory entry as Flux writes it: `id` is a formatted {@link ObjectId}, `v` the API version. */
export interface InventoryEntry {
  readonly id: string;
  readonly v: string;
}

export function objectId(object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): ObjectId {
  const { group } = parseApiVersion(object.apiVersion);
  return { group, kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/**
 * Formats an id as `<namespace>_<name>_<group>_<kind>`, with `:` in names written `__`,
 * as cli-utils' `object.ObjMetadata` does, so that inventories can be handed over to and from Flux.
 */
export function formatObjectId(id: ObjectId): string {
  return `${id.namespace}_${id.name.replaceAll(':', '__')}_${id.group}_${id.kind}`;
}

/** The inverse of {@link formatObjectId}; undefined when the text is not an id. */
export function parseObjectId(text: string): ObjectId | undefined {
  // Names may contain `__` but namespaces, groups and kinds hold no underscore: cut from both ends.
  const first = text.indexOf('_');
  const last = text.lastIndexOf('_');
  const middle = text.lastIndexOf('_', last - 1);
  if (first < 0 || middle <= first) return undefined;
  const name = text.slice(first + 1, middle).replaceAll('__', ':');
  const kind = text.slice(last + 1);
  if (name === '' || kind === '') return undefined;
  return { namespace: text.slice(0, first), name, group: text.slice(middle + 1, last), kind };
}

export function inventoryEntry(object: KubeObject): InventoryEntry {
  return { id: formatObjectId(objectId(object)), v: parseApiVersion(object.apiVersion).version };
}

import type { Change, ObjectId, UpdatedFile } from './changes.ts';

/** What changed in an object. */
export interface ObjectChanges {
  readonly object: ObjectId;
  readonly changes: readonly Change[];
}

/** What changed in a file. */
export interface FileChanges {
  readonly path: string;
  readonly objects: readonly ObjectChanges[];
}

/** What an update changed, as message templates see it: `update.Result` of image-automation-controller. */
export interface UpdateSummary {
  /** By path. */
  readonly fileChanges: readonly FileChanges[];
  /** The same by object, whatever files it is in. */
  readonly objects: readonly ObjectChanges[];
  /** Each change once, whatever objects it is in. */
  readonly changes: readonly Change[];
}

/**
 * Groups the changes of files. Files are in the order of their paths, objects in that of their apiVersion, kind, name
 * and namespace: so do Go's templates range over maps. The changes of an object are in the order of the file.
 */
export function summarise(files: readonly UpdatedFile[]): UpdateSummary {
  const sorted = files.toSorted((one, other) => compareText(one.path, other.path));
  const all = sorted.flatMap((file) => file.changes);
  const fileChanges = sorted
    .filter((file) => file.changes.length > 0)
    .map((file) => ({ path: file.path, objects: byObject(file.changes) }));
  const changes = fileChanges.flatMap(({ objects }) => objects.flatMap((object) => object.changes));
  return { fileChanges, objects: byObject(all), changes: distinct(changes) };
}

function byObject(changes: UpdatedFile['changes']): ObjectChanges[] {
  const groups = new Map<string, { readonly object: ObjectId; readonly changes: Change[] }>();
  for (const { object, change } of changes) {
    const key = JSON.stringify(fieldsOf(object));
    const group = groups.get(key) ?? { object, changes: [] };
    groups.set(key, group);
    group.changes.push(change);
  }
  return [...groups.values()].sort((one, other) => compareObjects(one.object, other.object));
}

function distinct(changes: readonly Change[]): Change[] {
  const seen = new Map(
    changes.map((change) => [JSON.stringify([change.setter, change.oldValue, change.newValue]), change]),
  );
  return [...seen.values()];
}

function fieldsOf({ apiVersion, kind, name, namespace }: ObjectId): readonly string[] {
  return [apiVersion, kind, name, namespace];
}

function compareObjects(one: ObjectId, other: ObjectId): number {
  const others = fieldsOf(other);
  for (const [index, text] of fieldsOf(one).entries()) {
    const order = compareText(text, others[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** By bytes, as Go compares strings. */
function compareText(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

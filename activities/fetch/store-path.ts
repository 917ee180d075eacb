/** Whose artifacts: one object of a source kind. */
export interface StoreOwner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const FILE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._+-]*\.(tar\.gz|tgz|yaml)$/;
const LONGEST_NAME = 255;

/**
 * Where an object's artifacts are, relative to the store and in its URLs: `<kind>/<namespace>/<name>`,
 * the kind in lower case, as in source-controller.
 */
export function ownerPath({ kind, namespace, name }: StoreOwner): string {
  const path = `${kind.toLowerCase()}/${namespace}/${name}`;
  if (!isOwnerPath(path.split('/'))) throw new Error(`${path} cannot be a path of the artifact store`);
  return path;
}

/** Whether a path from a status or a URL is one that the store could have given: nothing else reaches the disk. */
export function isStorePath(path: string): boolean {
  const segments = path.split('/');
  return isOwnerPath(segments.slice(0, -1)) && isFileName(segments.at(-1) ?? '');
}

/** Whether the store may give a file this name. */
export function isFileName(name: string): boolean {
  return FILE_NAME.test(name) && name.length <= LONGEST_NAME;
}

function isOwnerPath(segments: readonly string[]): boolean {
  return (
    segments.length === 3 && segments.every((segment) => OBJECT_NAME.test(segment) && !segment.includes('..'))
  );
}

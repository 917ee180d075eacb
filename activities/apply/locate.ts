import type { ObjectId } from '../../api/object-id.ts';
import type { Target } from '../kube/client.ts';
import type { Discovery, Resource } from '../kube/discovery.ts';
import { NoKindError } from '../kube/errors.ts';

/** The address of an object that an inventory names; undefined when its kind is gone from the server. */
export type Locate = (id: ObjectId, version: string) => Promise<Target | undefined>;

/**
 * Finds the kinds of inventory entries. A version that is no longer served gives way to the preferred one: only
 * when the server, asked anew, knows no version, are the objects gone with their definition.
 */
export function createLocator(discovery: Discovery): Locate {
  let isFresh = false;

  async function resource(id: ObjectId, version: string): Promise<Resource> {
    const apiVersion = id.group === '' ? version : `${id.group}/${version}`;
    try {
      return await discovery.resourceFor(apiVersion, id.kind);
    } catch (error) {
      if (!(error instanceof NoKindError)) throw error;
    }
    return discovery.preferred(id.group, id.kind);
  }

  return async (id, version) => {
    try {
      return targetIn(id, await resource(id, version));
    } catch (error) {
      if (!(error instanceof NoKindError)) throw error;
    }
    if (!isFresh) discovery.reset();
    isFresh = true;
    try {
      return targetIn(id, await resource(id, version));
    } catch (error) {
      if (error instanceof NoKindError && !error.mayBeHidden) return undefined;
      throw error;
    }
  };
}

function targetIn({ kind, namespace, name }: ObjectId, { apiVersion, namespaced }: Resource): Target {
  return { apiVersion, kind, name, namespace: namespaced ? namespace : undefined };
}

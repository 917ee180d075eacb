import type { KubeObject } from '../../api/kube-object.ts';
import type { KubeClient, Target } from './contract.ts';
import type { Discovery } from './discovery.ts';
import { isNotFound } from './errors.ts';
import { parseJson } from './json.ts';
import { collectionPath, objectPath } from './paths.ts';
import type { Send } from './reads.ts';

/** The writing half of a client; dry runs go out by `send`, what leaves a trace by `write`. */
export function writesOf(
  discovery: Discovery,
  send: Send,
  write: Send,
): Pick<KubeClient, 'apply' | 'create' | 'replace' | 'patch' | 'delete'> {
  return {
    async apply(object, { fieldManager, force = true, dryRun = false, subresource }) {
      const query = new URLSearchParams({ fieldManager, fieldValidation: 'Strict' });
      if (force) query.set('force', 'true');
      if (dryRun) query.set('dryRun', 'All');
      const path = `${await objectPath(discovery, targetOf(object), subresource)}?${query.toString()}`;
      return patchBy(dryRun ? send : write, 'application/apply-patch+yaml', path, object);
    },
    async create(object) {
      const resource = await discovery.resourceFor(object.apiVersion, object.kind);
      const path = collectionPath(resource, object.metadata.namespace);
      const body = JSON.stringify(object);
      return parseJson(
        await write({ method: 'POST', path, contentType: 'application/json', body }),
      ) as KubeObject;
    },
    async replace(object, { fieldManager }) {
      const query = new URLSearchParams({ fieldManager });
      const path = `${await objectPath(discovery, targetOf(object))}?${query.toString()}`;
      const body = JSON.stringify(object);
      return parseJson(
        await write({ method: 'PUT', path, contentType: 'application/json', body }),
      ) as KubeObject;
    },
    async patch(target, patch, { type, subresource, fieldManager, dryRun = false }) {
      const query = new URLSearchParams();
      if (fieldManager) query.set('fieldManager', fieldManager);
      if (dryRun) query.set('dryRun', 'All');
      const path = `${await objectPath(discovery, target, subresource)}?${query.toString()}`;
      const contentType = type === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
      return patchBy(dryRun ? send : write, contentType, path, patch);
    },
    async delete(target, { uid, resourceVersion, propagationPolicy = 'Background' } = {}) {
      const path = await objectPath(discovery, target);
      // Undefined ones stay out of the JSON.
      const body = JSON.stringify({ propagationPolicy, preconditions: { uid, resourceVersion } });
      try {
        await write({ method: 'DELETE', path, contentType: 'application/json', body });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  };
}

async function patchBy(by: Send, contentType: string, path: string, body: unknown): Promise<KubeObject> {
  return parseJson(
    await by({ method: 'PATCH', path, contentType, body: JSON.stringify(body) }),
  ) as KubeObject;
}

/** The address of an object that one holds. */
export function targetOf(object: KubeObject): Target {
  const { namespace, name } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
}

import type { ObjectRef } from '../../../api/object-ref.ts';
import type { RegistryClient } from '../../fetch/oci/contract.ts';
import type { CloudLogin } from '../../fetch/oci/login/contract.ts';
import type { KubeClient } from '../../kube/client.ts';

/** An object whose tags are kept. */
export type TagOwner = Pick<ObjectRef, 'namespace' | 'name'>;

/**
 * The tags of each object's last scan, on this machine's disk: a cache that outlives the process. What it lacks is
 * listed again.
 */
export interface TagStore {
  /** Keeps the tags of a scan instead of those before: whole or not at all. Throws a transient Failure when the disk fails. */
  put(owner: TagOwner, revision: string, tags: readonly string[]): Promise<void>;
  /** The tags of a scan, as they were put; undefined when another revision or nothing that can be read is kept. */
  get(owner: TagOwner, revision: string): Promise<readonly string[] | undefined>;
  /** Whether the tags of a scan are kept, without reading them all. */
  has(owner: TagOwner, revision: string): Promise<boolean>;
  /** Forgets an object. */
  drop(owner: TagOwner): Promise<void>;
}

/** What it takes to be let into a registry. */
export interface RegistryAccessDeps {
  readonly kube: Pick<KubeClient, 'get'>;
  readonly cloudLogin: CloudLogin;
}

/** What it takes to know the tags of an image. */
export interface TagDeps extends RegistryAccessDeps {
  readonly registry: RegistryClient;
  readonly tags: TagStore;
}

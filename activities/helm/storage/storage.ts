import { createLru } from '../../build/lru.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Discovery } from '../../kube/discovery.ts';
import { recordName, recordOf, releaseOf } from './record.ts';
import { type CorruptRelease, isCorrupt, type Release, type ReleaseRecord } from './release.ts';

/** Where the records of a release are. */
interface ReleaseLocation {
  /** The storage namespace. */
  readonly namespace: string;
  /** Of the release, at most 53 characters. */
  readonly name: string;
}

/** Newest version first. */
export type StoredReleases = readonly (Release | CorruptRelease)[];

/** The records of helm, read with the client of whoever asks. Methods throw what the client throws. */
export interface ReleaseStorage {
  /**
   * The newest release that can be read, with the newer ones that cannot, and of the older ones those of `versions`,
   * or all. One small request as long as nothing changed.
   */
  list(
    kube: KubeClient,
    location: ReleaseLocation & { readonly versions?: readonly number[] },
  ): Promise<StoredReleases>;
  /** One version, read anew; undefined when there is none. */
  read(
    kube: KubeClient,
    location: ReleaseLocation & { readonly version: number },
  ): Promise<Release | CorruptRelease | undefined>;
}

const KEPT_BYTES = 64 * 1024 * 1024;

/** Remembers what it read, up to `maxBytes` together. */
export function createReleaseStorage({ maxBytes = KEPT_BYTES } = {}): ReleaseStorage {
  const kept = createLru<Release | CorruptRelease>(maxBytes, bytesOf);
  // A server may say of its objects what it likes: what was read from one is never shown to those of another.
  const servers = new WeakMap<Discovery, number>();
  let count = 0;

  function keyOf(kube: KubeClient, { uid, resourceVersion }: ReleaseRecord): string {
    const server = servers.get(kube.discovery) ?? ++count;
    servers.set(kube.discovery, server);
    return `${server}/${uid}/${resourceVersion}`;
  }

  async function read(kube: KubeClient, namespace: string, name: string) {
    const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    const stored = secret && (await releaseOf(secret));
    if (stored) kept.set(keyOf(kube, stored.record), stored);
    return stored;
  }

  return {
    async list(kube, { versions, ...location }) {
      const stored: (Release | CorruptRelease)[] = [];
      for (const record of await recordsOf(kube, location)) {
        const isSettled = stored.some((newer) => !isCorrupt(newer));
        if (isSettled && versions?.includes(record.version) === false) continue;
        const found = kept.get(keyOf(kube, record)) ?? (await read(kube, record.namespace, record.name));
        if (found) stored.push(found);
      }
      return stored;
    },
    read: (kube, { namespace, name, version }) => read(kube, namespace, recordName(name, version)),
  };
}

/** The records that there are, without their content, newest version first. */
async function recordsOf(
  kube: KubeClient,
  { namespace, name }: ReleaseLocation,
): Promise<readonly ReleaseRecord[]> {
  const { items } = await kube.listMetadata({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    labelSelector: `owner=helm,name=${name}`,
  });
  const records = items.map((secret) => recordOf(secret, name)).filter((record) => record !== undefined);
  return records.sort((a, b) => b.version - a.version);
}

/** About what it takes in memory: two bytes for a character. */
function bytesOf(stored: Release | CorruptRelease): number {
  const empty = 1_000;
  if (isCorrupt(stored)) return empty;
  const { chart, config, hooks, info, manifest } = stored;
  return empty + 2 * (manifest.length + info.notes.length + JSON.stringify([chart, config, hooks]).length);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHttpClient } from '../../activities/fetch/http/client.ts';
import { createRegistryClient } from '../../activities/fetch/oci/client.ts';
import type { CloudLogin } from '../../activities/fetch/oci/login/contract.ts';
import type { ScanDeps } from '../../activities/image/repository/steps.ts';
import { createTagStore } from '../../activities/image/repository/tag-store.ts';
import { parseObject } from '../../activities/observe/object.ts';
import type { EventInput, EventRecorder } from '../../activities/status/events.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { Kind } from '../../api/object-ref.ts';
import { StoredObjects } from './stored-objects.ts';

export const IMAGE_REF = { kind: Kind.ImageRepository, namespace: 'apps', name: 'web' } as const;

interface Parts {
  readonly spec?: object;
  readonly metadata?: object;
  readonly status?: object;
}

/** The ImageRepository `apps/web`, as the API server would have it. */
export function imageObject(image: string, { spec, metadata, status }: Parts = {}): KubeObject {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { ...IMAGE_REF, uid: 'u', resourceVersion: '1', generation: 1, ...metadata },
    spec: { image, interval: '5m', insecure: true, ...spec },
    ...(status && { status }),
  } as KubeObject;
}

/** The same, parsed. */
export function imageRepositoryOf(image: string, parts: Parts = {}): ImageRepository {
  return parseObject(Kind.ImageRepository, imageObject(image, parts));
}

/** A Secret of the namespace `apps`. */
export function secretObject(name: string, data: Readonly<Record<string, string>>): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const metadata = { namespace: 'apps', name, uid: name, resourceVersion: '1' };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) };
}

/** A docker config with one entry. */
export function dockerConfig(host: string, username: string, password: string): Record<string, string> {
  return { '.dockerconfigjson': JSON.stringify({ auths: { [host]: { username, password } } }) };
}

export interface ScanRig {
  readonly stored: StoredObjects;
  readonly deps: ScanDeps & { readonly events: EventRecorder };
  readonly events: EventInput[];
  /** What `deps.now` says. */
  clock: Date;
}

const noCloud: CloudLogin = () => Promise.reject(new Error('no cloud'));

/** What a scan needs, with a real registry client and store, for the running test. */
export async function startScanRig(
  objects: readonly KubeObject[],
  { cloudLogin = noCloud }: { readonly cloudLogin?: CloudLogin } = {},
): Promise<ScanRig> {
  const directory = await mkdtemp(join(tmpdir(), 'pawl-tags-'));
  const client = createHttpClient();
  onTestFinished(async () => {
    await client.close();
    await rm(directory, { recursive: true, force: true });
  });
  const stored = new StoredObjects(...objects);
  const events: EventInput[] = [];
  const rig: ScanRig = {
    stored,
    events,
    clock: new Date('2026-11-22T12:00:00.500Z'),
    deps: {
      kube: stored.kube,
      registry: createRegistryClient({ client }),
      tags: createTagStore(join(directory, 'tags')),
      cloudLogin,
      events: { record: async (event) => void events.push(event), flush: () => Promise.resolve() },
      now: () => rig.clock,
    },
  };
  return rig;
}

/** A step that nobody stops. */
export function freeStep() {
  return { signal: new AbortController().signal, heartbeat: () => undefined };
}

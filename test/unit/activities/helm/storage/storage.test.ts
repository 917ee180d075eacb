import { describe, expect, it } from 'vitest';
import { isCorrupt } from '../../../../../activities/helm/storage/release.ts';
import { createReleaseStorage } from '../../../../../activities/helm/storage/storage.ts';
import type { KubeClient, ListQuery, Target } from '../../../../../activities/kube/client.ts';
import type { Discovery } from '../../../../../activities/kube/discovery.ts';
import type { KubeObject } from '../../../../../api/kube-object.ts';
import { recordSecret } from './secrets.ts';

const location = { namespace: 'prod', name: 'app' };

/** The half of a client that storage uses, and what it was asked for. */
function cluster(secrets: readonly KubeObject[]) {
  const asked: string[] = [];
  const client = (discovery: object) =>
    ({
      discovery: discovery as Discovery,
      async get({ name }: Target) {
        asked.push(name.replace('sh.helm.release.v1.', ''));
        return secrets.find(({ metadata }) => metadata.name === name);
      },
      async listMetadata({ namespace, labelSelector }: ListQuery) {
        expect({ namespace, labelSelector }).toEqual({
          namespace: 'prod',
          labelSelector: 'owner=helm,name=app',
        });
        asked.push('metadata');
        return { resourceVersion: '1', items: secrets.map((secret) => ({ ...secret, data: undefined })) };
      },
    }) as unknown as KubeClient;
  return { asked, client, kube: client({}) };
}

const seen = (stored: readonly { readonly version: number }[]) => stored.map(({ version }) => version);

describe('the records of a release', () => {
  it('are read from the newest on, and only as far as they are needed', async () => {
    const { asked, kube } = cluster([2, 10, 9, 1].map((version) => recordSecret({ version })));

    expect(seen(await createReleaseStorage().list(kube, { ...location, versions: [] }))).toEqual([10]);
    expect(asked).toEqual(['metadata', 'app.v10']);
  });

  it('are all read when nobody says which, newest first', async () => {
    const { kube } = cluster([2, 10, 9, 1].map((version) => recordSecret({ version })));

    expect(seen(await createReleaseStorage().list(kube, location))).toEqual([10, 9, 2, 1]);
  });

  it('are read by version too', async () => {
    const { kube } = cluster([1, 2, 3, 4].map((version) => recordSecret({ version })));

    expect(seen(await createReleaseStorage().list(kube, { ...location, versions: [2, 7, 4] }))).toEqual([
      4, 2,
    ]);
  });

  it('are not read again before they change', async () => {
    const storage = createReleaseStorage();
    const { asked, kube } = cluster([recordSecret()]);

    await storage.list(kube, location);
    await storage.list(kube, location);
    const changed = cluster([recordSecret({ resourceVersion: '2', status: 'failed' })]);
    const [release] = await storage.list(changed.client(kube.discovery), location);

    expect(asked).toEqual(['metadata', 'app.v1', 'metadata']);
    expect(changed.asked).toEqual(['metadata', 'app.v1']);
    expect(release).toMatchObject({ info: { status: 'failed' } });
  });

  it('are not shown to another cluster that claims to have them', async () => {
    const storage = createReleaseStorage();
    const { asked, client, kube } = cluster([recordSecret()]);

    await storage.list(kube, location);
    await storage.list(client({}), location);

    expect(asked.filter((name) => name === 'app.v1')).toHaveLength(2);
  });

  it('do not fill the memory', async () => {
    const { asked, kube } = cluster([recordSecret()]);
    const storage = createReleaseStorage({ maxBytes: 10 });

    await storage.list(kube, location);
    await storage.list(kube, location);

    expect(asked.filter((name) => name === 'app.v1')).toHaveLength(2);
  });

  it('are followed past those that nobody can read', async () => {
    const { kube } = cluster([
      recordSecret({ version: 1 }),
      recordSecret({ version: 2 }),
      recordSecret({ version: 3, json: 'x' }),
      recordSecret({ version: 4, data: {} }),
    ]);

    const stored = await createReleaseStorage().list(kube, { ...location, versions: [] });

    expect(stored.map((release) => [release.version, isCorrupt(release)])).toEqual([
      [4, true],
      [3, true],
      [2, false],
    ]);
  });

  it('are none where other Secrets have their labels', async () => {
    const { metadata, ...secret } = recordSecret();
    const copy = { ...secret, metadata: { ...metadata, name: 'backup' } };

    expect(await createReleaseStorage().list(cluster([copy]).kube, location)).toEqual([]);
  });

  it('may be gone when they are read', async () => {
    const { kube } = cluster([recordSecret()]);
    const gone = { ...kube, get: async () => undefined };

    expect(await createReleaseStorage().list(gone, location)).toEqual([]);
  });

  it('are read one by one, and anew each time', async () => {
    const { asked, kube } = cluster([recordSecret({ version: 3 })]);
    const storage = createReleaseStorage();

    expect(await storage.read(kube, { ...location, version: 3 })).toMatchObject({ version: 3 });
    expect(await storage.read(kube, { ...location, version: 4 })).toBeUndefined();
    await storage.read(kube, { ...location, version: 3 });

    expect(asked).toEqual(['app.v3', 'app.v4', 'app.v3']);
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { observe } from '../../../activities/helm/history/observe.ts';
import { verifyReleaseObject } from '../../../activities/helm/history/verify.ts';
import { unpackRecord } from '../../../activities/helm/storage/compression.ts';
import { markFailed, staleDescription } from '../../../activities/helm/storage/mark-failed.ts';
import { isCorrupt, type Release } from '../../../activities/helm/storage/release.ts';
import { createReleaseStorage } from '../../../activities/helm/storage/storage.ts';
import type { KubeClient } from '../../../activities/kube/client.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { packageChart } from '../../support/charts.ts';
import { createNamespace, kubeClient, sharedStack } from '../../support/harness.ts';
import { type HelmOptions, helm } from '../../support/helm.ts';

/** A release `app` of the plain helm in a namespace of its own. */
async function home() {
  const kube = kubeClient();
  const namespace = await createNamespace(kube);
  const options: HelmOptions = { kubeconfig: sharedStack().kubeconfig };
  const run = (...args: string[]) => helm([...args, '--namespace', namespace], options);
  const secret = async (version: number): Promise<KubeObject> => {
    const name = `sh.helm.release.v1.app.v${version}`;
    const found = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return { kube, namespace, location: { namespace, name: 'app' }, run, secret };
}

/** The same client, and the Secrets whose content it was asked for. */
function counted(kube: KubeClient): { readonly client: KubeClient; readonly downloads: string[] } {
  const downloads: string[] = [];
  const client: KubeClient = {
    ...kube,
    get(target) {
      downloads.push(target.name);
      return kube.get(target);
    },
    list: () => Promise.reject(new Error('the content of all records was asked for')),
  };
  return { client, downloads };
}

const textOf = ({ data }: KubeObject) => unpackRecord((data as { readonly release: string }).release);

function readable(stored: Awaited<ReturnType<ReturnType<typeof createReleaseStorage>['read']>>): Release {
  if (stored === undefined || isCorrupt(stored)) throw new Error(stored?.corrupt ?? 'there is no record');
  return stored;
}

describe('releases of the plain helm', () => {
  it('are read once, and again only when helm wrote them', async () => {
    const { kube, location, run } = await home();
    const chart = await packageChart('notes');
    const storage = createReleaseStorage();
    const { client, downloads } = counted(kube);
    await run('install', 'app', chart);
    await run('upgrade', 'app', chart);

    const before = await storage.list(client, { ...location, versions: [] });
    await storage.list(client, { ...location, versions: [] });
    await run('upgrade', 'app', chart);
    const after = await storage.list(client, { ...location, versions: [2] });

    expect(before.map(({ version }) => version)).toEqual([2]);
    expect(after.map((release) => [release.version, readable(release).info.status])).toEqual([
      [3, 'deployed'],
      [2, 'superseded'],
    ]);
    expect(downloads).toEqual([2, 3, 2].map((version) => `sh.helm.release.v1.app.v${version}`));
  });

  it('agree with their snapshots until somebody else acts on them', async () => {
    const { kube, location, run } = await home();
    const storage = createReleaseStorage();
    await run('install', 'app', await packageChart('tests-pass'));
    const snapshot = observe(readable(await storage.read(kube, { ...location, version: 1 })));

    await run('test', 'app');
    const tested = readable(await storage.read(kube, { ...location, version: 1 }));
    await run('uninstall', 'app', '--keep-history');
    const ended = readable(await storage.read(kube, { ...location, version: 1 }));

    expect(verifyReleaseObject(snapshot, tested)).toBeUndefined();
    expect(verifyReleaseObject(snapshot, ended)).toBe('release not observed to be made for object');
  });
});

describe('a release whose helm is gone', () => {
  it('is unlocked, and helm goes on with it', async () => {
    const { kube, location, run, secret } = await home();
    const chart = await packageChart('notes');
    await run('install', 'app', chart, '--labels', 'team=a');
    await pending(kube, await secret(1));
    const before = await secret(1);
    await expect(run('upgrade', 'app', chart)).rejects.toThrow(/another operation .* is in progress/);

    const release = readable(await createReleaseStorage().read(kube, { ...location, version: 1 }));
    const failed = await markFailed(kube, release, staleDescription(release.info.status));

    const after = await secret(1);
    expect(failed?.info).toEqual({
      ...release.info,
      status: 'failed',
      description: "Release unlocked from stale 'pending-upgrade' state",
    });
    expect(failed?.record.resourceVersion).toBe(after.metadata.resourceVersion);
    expect(after.metadata.labels).toEqual({
      ...before.metadata.labels,
      status: 'failed',
      modifiedAt: expect.stringMatching(/^\d{10}$/),
    });
    expect(after['type']).toBe('helm.sh/release.v1');
    expect(await textOf(after)).toBe(
      (await textOf(before))
        .replace('"status":"pending-upgrade"', '"status":"failed"')
        .replace(
          '"description":"Install complete"',
          `"description":"Release unlocked from stale 'pending-upgrade' state"`,
        ),
    );
    await run('upgrade', 'app', chart);
    const [last] = await createReleaseStorage().list(kube, location);
    expect(readable(last)).toMatchObject({ version: 2, info: { status: 'deployed' } });
  });

  it('is left alone when it is not what was read', async () => {
    const { kube, location, run, secret } = await home();
    const chart = await packageChart('notes');
    await run('install', 'app', chart);
    const release = readable(await createReleaseStorage().read(kube, { ...location, version: 1 }));
    await run('upgrade', 'app', chart);
    const text = await textOf(await secret(1));

    expect(await markFailed(kube, release, 'too late')).toBeUndefined();

    expect(await textOf(await secret(1))).toBe(text);
  });

  it('is left alone when somebody writes between the look and the unlock', async () => {
    const { kube, location, run, secret } = await home();
    await run('install', 'app', await packageChart('notes'));
    const release = readable(await createReleaseStorage().read(kube, { ...location, version: 1 }));
    const late: KubeClient = {
      ...kube,
      async replace(object, options) {
        await pending(kube, await secret(1));
        return kube.replace(object, options);
      },
    };

    expect(await markFailed(late, release, 'too late')).toBeUndefined();

    expect(await textOf(await secret(1))).toContain('"status":"pending-upgrade"');
  });

  it('is not spoken of when it was deleted', async () => {
    const { kube, location, run } = await home();
    await run('install', 'app', await packageChart('notes'));
    const release = readable(await createReleaseStorage().read(kube, { ...location, version: 1 }));
    await run('uninstall', 'app');

    expect(await markFailed(kube, release, 'too late')).toBeUndefined();
  });
});

describe('a record that is garbled', () => {
  it('leaves the one before it', async () => {
    const { kube, location, run, secret } = await home();
    const chart = await packageChart('notes');
    await run('install', 'app', chart);
    await run('upgrade', 'app', chart);
    await kube.replace(
      { ...(await secret(2)), data: { release: Buffer.from('garbage').toString('base64') } },
      { fieldManager: 'test' },
    );

    const stored = await createReleaseStorage().list(kube, location);

    expect(stored).toEqual([
      expect.objectContaining({ version: 2, corrupt: expect.stringContaining(location.namespace) }),
      expect.objectContaining({ version: 1, name: 'app' }),
    ]);
  });
});

/** Writes what an upgrade leaves whose helm is killed. */
async function pending(kube: KubeClient, secret: KubeObject): Promise<void> {
  const text = (await textOf(secret)).replace('"status":"deployed"', '"status":"pending-upgrade"');
  const release = Buffer.from(gzipSync(text).toString('base64')).toString('base64');
  const labels = { ...secret.metadata.labels, status: 'pending-upgrade' };
  await kube.replace(
    { ...secret, metadata: { ...secret.metadata, labels }, data: { release } },
    { fieldManager: 'test' },
  );
}

import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../api/kube-object.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { expectAtRest } from '../../support/helm-drill.ts';
import { type HelmHome, helmHome } from '../../support/helm-home.ts';
import { grantAll } from '../../support/rbac.ts';

/** A release `app` of two versions. */
async function upgraded(): Promise<HelmHome> {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench');
  await home.update(Kind.HelmRelease, 'app', { values: { text: 'two' } });
  await home.ready(Kind.HelmRelease, 'app');
  return home;
}

const secretOf = ({ namespace }: HelmHome, version: number) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace,
  name: `sh.helm.release.v1.app.v${version}`,
});

async function garble(home: HelmHome, version: number): Promise<void> {
  const data = { release: Buffer.from('not what helm writes').toString('base64') };
  await home.kube.patch(secretOf(home, version), { data }, { type: 'merge' });
}

const remove = (home: HelmHome, version: number) => home.kube.delete(secretOf(home, version));

interface Row {
  readonly name: string;
  readonly harm: (home: HelmHome) => Promise<unknown>;
  readonly records: readonly string[];
  readonly aside?: number;
}

describe('a release goes on, with the objects that it has, when', () => {
  test.for<Row>([
    {
      name: 'the newest record is garbled',
      harm: (home) => garble(home, 2),
      records: ['superseded', 'deployed'],
      aside: 1,
    },
    {
      name: 'an older record is garbled',
      harm: async (home) => {
        await garble(home, 1);
        await home.update(Kind.HelmRelease, 'app', { values: { text: 'three' } });
      },
      records: ['superseded', 'deployed'],
    },
    {
      name: 'all records are garbled',
      harm: (home) => Promise.all([garble(home, 1), garble(home, 2)]),
      records: ['deployed'],
      aside: 2,
    },
    {
      name: 'the newest record is gone',
      harm: (home) => remove(home, 2),
      records: ['superseded', 'deployed'],
    },
    {
      name: 'all records are gone',
      harm: (home) => Promise.all([remove(home, 1), remove(home, 2)]),
      records: ['deployed'],
    },
  ])('$name', async ({ harm, records, aside = 0 }) => {
    const home = await upgraded();
    const before = await home.live('ConfigMap', 'app');

    await harm(home);
    await home.reconcile(Kind.HelmRelease, 'app');

    await expectAtRest(home, 'app', { records });
    const after = await home.live('ConfigMap', 'app');
    expect(after?.metadata['uid']).toBe(before?.metadata['uid']);
    const { items } = await home.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: home.namespace });
    const kept = items.filter(({ metadata }) =>
      metadata.name.startsWith('unreadable.sh.helm.release.v1.app.'),
    );
    expect(kept).toHaveLength(aside);
    await expect.poll(async () => (await warnings(home, 'StateError')).length, POLL).toBe(aside);
  });
});

async function warnings(home: HelmHome, reason: string): Promise<readonly string[]> {
  const events = await home.events(Kind.HelmRelease, 'app');
  return events.filter((event) => event.reason === reason).map(({ message }) => message);
}

test('a record that another helm left pending is unlocked, and the release taken over', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.helm('install', 'app', 'bench', '--repo', home.charts.url);
  await leavePending(home);
  const before = await home.live('Deployment', 'app', 'apps/v1');

  await home.release('app', 'bench', { values: { text: 'ours' } });

  await expectAtRest(home, 'app', { records: ['superseded', 'deployed'], history: [2] });
  expect((await home.history('app'))[0]?.description).toMatch(/unlocked from stale 'pending-upgrade' state/);
  const after = await home.live('Deployment', 'app', 'apps/v1');
  expect(after?.metadata['uid']).toBe(before?.metadata['uid']);
  expect(await home.live('ConfigMap', 'app')).toMatchObject({ data: { text: 'ours' } });
});

/** What an upgrade leaves whose helm is killed before it begins. */
async function leavePending(home: HelmHome): Promise<void> {
  const secret = (await home.kube.get(secretOf(home, 1))) as KubeObject;
  const { release } = secret['data'] as { readonly release: string };
  const packed = Buffer.from(Buffer.from(release, 'base64').toString(), 'base64');
  const text = gunzipSync(packed).toString().replace('"status":"deployed"', '"status":"pending-upgrade"');
  const data = { release: Buffer.from(gzipSync(text).toString('base64')).toString('base64') };
  const labels = { ...secret.metadata.labels, status: 'pending-upgrade' };
  await home.kube.replace(
    { ...secret, metadata: { ...secret.metadata, labels }, data },
    { fieldManager: 'helm' },
  );
}

describe('a chart that is too large for a record', () => {
  test.for([
    ['a Secret', 1.2, /Too long: may not be more than 1048576 bytes/],
    ['a request', 2.5, /Request entity too large: limit is 3145728/],
    ['anybody', 3.6, /Request entity too large: limit is 3145728/],
  ] as const)('for %s is told as such, and a smaller one heals it', async ([, megabytes, message]) => {
    const home = await helmHome({ charts: [] });
    const ballast = randomBytes(megabytes * 1024 * 1024).toString('base64');
    await home.charts.publish('bench', { version: '1.0.0', files: { 'ballast.txt': ballast } });
    await home.release('app', 'bench');

    const released = await home.condition(Kind.HelmRelease, 'app', 'Released', 'InstallFailed');

    expect(released.message).toMatch(message);
    expect(await home.records('app')).toEqual([]);
    await home.offer('bench', { version: '2.0.0' });
    await expectAtRest(home, 'app', { records: ['deployed'] });
  });
});

test('a namespace goes with its releases, their accounts and their records', async () => {
  const home = await helmHome({ charts: ['bench', 'hooks'] });
  const { kube, namespace } = home;
  await grantAll(home, 'deployer');
  await home.install('app', 'bench', { serviceAccountName: 'deployer' });
  await home.install('other', 'hooks');

  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });

  const left = () => kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await expect.poll(left, { timeout: 60_000, interval: 200 }).toBeUndefined();
});

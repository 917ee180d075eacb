import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { KubeClient } from '../../../activities/kube/client.ts';
import { packageChart } from '../../support/charts.ts';
import { helmGround, rendering } from '../../support/helm-runner.ts';
import { grantAll } from '../../support/rbac.ts';

test('a release is installed, upgraded, rolled back, tested and uninstalled, with its records elsewhere', async () => {
  const ground = await helmGround();
  const chart = await packageChart('tests-pass');
  const text = async () => (await ground.live('v1', 'ConfigMap'))?.['data'];

  const installed = await ground.run(ground.act({ kind: 'install', ...rendering(chart) }));
  const upgrade = { kind: 'upgrade', ...rendering(chart, { text: 'two' }), lastApplied: 'ssa' } as const;
  const upgraded = await ground.run(ground.act(upgrade));
  expect(await text()).toMatchObject({ text: 'two' });
  const listed = JSON.parse(await ground.helm('ls', '--output', 'json')) as unknown;
  const rolledBack = await ground.run(ground.act({ kind: 'rollback', version: 1, lastApplied: 'ssa' }));
  expect(await text()).toMatchObject({ text: 'one' });
  const tested = await ground.run(ground.act({ kind: 'test' }));

  expect(installed).toMatchObject({ written: [1] });
  expect(listed).toMatchObject([{ name: 'app', revision: '2', status: 'deployed' }]);
  expect(await ground.records()).toEqual(['v1 superseded', 'v2 superseded', 'v3 deployed']);
  expect(await ground.records(ground.namespace)).toEqual([]);
  const results = [upgraded, rolledBack, tested].map(({ error, written }) => ({
    error,
    written: written.toSorted((a, b) => a - b),
  }));
  expect(results).toEqual([{ written: [1, 2] }, { written: [2, 3] }, { written: [3] }]);

  const uninstalled = await ground.run(ground.act({ kind: 'uninstall' }, { uninstall: {} as never }));
  expect(uninstalled.error).toBeUndefined();
  expect(await ground.records()).toEqual([]);
  expect(await ground.live('v1', 'ConfigMap')).toBeUndefined();
  expect(await readdir(ground.scratch)).toEqual([]);
});

test("what helm writes bears the name of Flux's controller, also what it patched before", async () => {
  const ground = await helmGround();
  const chart = await packageChart('bench');
  const managers = async () => {
    const { metadata } = (await ground.live('v1', 'ConfigMap')) ?? {};
    const entries = metadata?.['managedFields'] as readonly ManagedField[] | undefined;
    return entries?.map(({ manager, operation }) => `${manager} ${operation}`);
  };

  await ground.run(
    ground.act({ kind: 'install', ...rendering(chart) }, { install: { serverSideApply: false } }),
  );
  expect(await managers()).toEqual(['helm-controller Update']);
  const result = await ground.run(
    ground.act(
      { kind: 'upgrade', ...rendering(chart, { text: 'two' }), lastApplied: 'csa' },
      { upgrade: { serverSideApply: 'enabled' } },
    ),
  );

  expect(result.error).toBeUndefined();
  expect(await managers()).toEqual(['helm-controller Apply']);
  const [record] = (await ground.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: ground.storage }))
    .items;
  expect(record?.metadata['managedFields']).toMatchObject([{ manager: 'helm-controller' }]);
});

interface ManagedField {
  readonly manager: string;
  readonly operation: string;
}

test('hooks run, and are post-rendered in one stream with all else', async () => {
  const ground = await helmGround();
  const chart = await packageChart('hooks');
  const streams: string[] = [];
  const postRender = async (stream: string) => {
    streams.push(stream);
    return stream.replaceAll('text: one', 'text: post-rendered');
  };

  const result = await ground.run(ground.act({ kind: 'install', ...rendering(chart, {}, postRender) }));

  expect(result.error).toBeUndefined();
  expect(streams).toHaveLength(1);
  expect(streams[0]).toMatch(/helm\.sh\/hook: pre-install/);
  expect(streams[0]).toMatch(/text: "?one/);
  expect(await ground.live('v1', 'ConfigMap', 'app')).toMatchObject({ data: { text: expect.anything() } });
  // It stays, since no policy says otherwise.
  expect(await ground.live('batch/v1', 'Job', 'app-post-install')).toMatchObject({
    status: { succeeded: 1 },
  });
  expect(await ground.live('batch/v1', 'Job', 'app-pre-install')).toBeUndefined();
});

test('values that no table could show are no failure', async () => {
  const ground = await helmGround();
  const chart = await packageChart('tests-pass', {
    files: { 'templates/config.yaml': undefined, 'values.yaml': 'seconds: 0' },
  });
  const install = { kind: 'install', ...rendering(chart), values: '{"text":"\\u007f"}' } as const;

  const installed = await ground.run(ground.act(install));
  const tested = await ground.run(ground.act({ kind: 'test' }));

  expect([installed.error, tested.error]).toEqual([undefined, undefined]);
});

test.for([
  ['has nothing to apply', 'empty', async (stream: string) => stream],
  ['has nothing left to apply', 'bench', async () => ''],
] as const)('a chart that %s is a release like others', async ([, chart, postRender]) => {
  const ground = await helmGround();

  const result = await ground.run(
    ground.act({ kind: 'install', ...rendering(await packageChart(chart), {}, postRender) }),
  );

  expect(result.error).toBeUndefined();
  expect(await ground.records()).toEqual(['v1 deployed']);
});

/** A client that acts as a service account of the storage namespace, where HelmReleases have theirs. */
function actingAs(kube: KubeClient, namespace: string, name: string): KubeClient {
  return kube.as(`system:serviceaccount:${namespace}:${name}`);
}

test('an account without rights fails, and is told what it lacks', async () => {
  const ground = await helmGround();
  const kube = actingAs(ground.kube, ground.storage, 'nobody');
  const chart = await packageChart('bench');

  const result = await ground.run(ground.act({ kind: 'install', ...rendering(chart) }, {}, kube));

  expect(result).toMatchObject({ written: [] });
  expect(result.infrastructure).toBeUndefined();
  expect(result.error).toMatch(
    new RegExp(
      `User "system:serviceaccount:${ground.storage}:nobody" cannot .* in the namespace "${ground.namespace}"`,
    ),
  );
  expect(await ground.live('v1', 'ConfigMap')).toBeUndefined();
});

test('templates look up what their account may see, and nothing else', async () => {
  const ground = await helmGround();
  const { kube, namespace, storage } = ground;
  // Records and objects in one namespace, which is the account's.
  const inOne = { releaseNamespace: storage };
  await grantAll({ kube, namespace: storage } as Parameters<typeof grantAll>[0], 'deployer');
  const deployer = actingAs(kube, storage, 'deployer');
  const template = (where: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: app }
data: { found: {{ lookup "v1" "ServiceAccount" "${where}" "deployer" | dig "metadata" "name" "none" | quote }} }
`;
  const chartFor = (where: string) =>
    packageChart('bench', { files: { 'templates/all.yaml': template(where) } });
  const install = async (where: string) =>
    ground.run({
      ...ground.act({ kind: 'install', ...rendering(await chartFor(where)) }, {}, deployer),
      ...inOne,
    });

  const elsewhere = await install(namespace);
  const own = await install(storage);

  expect(elsewhere.error).toMatch(/deployer" cannot get resource "serviceaccounts"/);
  expect(own.error).toBeUndefined();
  expect(
    await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: storage, name: 'app' }),
  ).toMatchObject({
    data: { found: 'deployer' },
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createKubeClient, type KubeClient } from '../../../activities/kube/client.ts';
import { loadKubeAccess } from '../../../activities/kube/config.ts';
import { pawlFor, type Stack, startStack, temporaryFolder } from '../../support/harness.ts';
import { helmObjects, putObjects } from '../../support/helm-objects.ts';
import { type ReleasedSite, releasedSite } from '../../support/released-site.ts';

let stack: Stack;
let kube: KubeClient;

// No worker: what was released is the test's own.
beforeAll(async () => {
  stack = await startStack({ nodes: false, inMemory: true });
  kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
  await putObjects(kube, helmObjects());
});
afterAll(async () => {
  await kube.close();
  await stack.stop();
});

const run = (line: string) => pawlFor(stack)([...line.split(' '), '-n', 'apps']);

describe('pawl diff hr', () => {
  let site: ReleasedSite;
  beforeEach(async () => {
    site = await releasedSite(kube, temporaryFolder());
    onTestFinished(async () => {
      site.stop();
      const at = { namespace: 'apps', name: 'site' };
      await kube.delete({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', ...at });
      await kube.delete({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', ...at });
      await kube.delete({ apiVersion: 'v1', kind: 'Secret', ...at, name: 'sh.helm.release.v1.site.v1' });
    });
  });

  it('shows what an upgrade would change, and no secret, also none of before', async () => {
    const { code, stdout, stderr } = await run('diff hr site');

    expect(stderr).toBe(
      '► comparing site.v1 with HelmChart apps/site at 1.1.0\n⚠️ an upgrade would change 3 objects\n',
    );
    expect(stdout.split('\n')).toEqual([
      '► Secret/apps/site changed',
      '@@ -1 +1 @@',
      ' apiVersion: v1',
      ' data:',
      "-  password: '*** (before)'",
      "+  password: '*** (after)'",
      ' kind: Secret',
      ' metadata:',
      '   labels:',
      '► ConfigMap/apps/site changed',
      '@@ -1 +1 @@',
      ' apiVersion: v1',
      ' data:',
      '-  database: pg://***@db',
      '+  database: pg://***@db',
      '   found: apps',
      '   isUpgrade: "true"',
      '-  message: hello',
      '+  message: good morning',
      ' kind: ConfigMap',
      ' metadata:',
      '   annotations:',
      '► ConfigMap/apps/dropped deleted',
      '',
    ]);
    expect(code).toBe(1);
  });

  it('compares with a chart on this machine, and finds nothing where it renders what was released', async () => {
    const template = join(site.chart, 'templates', 'all.yaml');
    const text = readFileSync(template, 'utf8')
      .replace('{{ .Values.message }}', 'hello')
      .replaceAll('{{ .Values.auth.password }}', '0ld-secret');
    const dropped = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dropped}\n';
    writeFileSync(template, `${text}---\n${dropped}`);

    const result = await run(`diff hr site --chart ${site.chart}`);

    expect(result).toEqual({
      code: 0,
      stdout: '',
      stderr: `► comparing site.v1 with ${site.chart}\n✔ an upgrade would change nothing\n`,
    });
  });

  it('shows everything of a first release', async () => {
    await kube.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'apps',
      name: 'sh.helm.release.v1.site.v1',
    });

    const { code, stdout, stderr } = await run('diff hr site');

    expect(stderr).toContain('► comparing nothing with HelmChart apps/site at 1.1.0\n');
    expect(stdout).toBe('► Secret/apps/site created\n► ConfigMap/apps/site created\n');
    expect(code).toBe(1);
  });

  it('ends with 2 and what helm says when the chart does not render', async () => {
    writeFileSync(join(site.chart, 'templates', 'bad.yaml'), '{{ fail .Values.auth.password }}');

    const { code, stderr } = await run(`diff hr site --chart ${site.chart}`);

    expect(stderr).toMatch(/✗ .*site\/templates\/bad.yaml.*\*\*\*/);
    expect(stderr).not.toContain('s3cret');
    expect(code).toBe(2);
  });

  it('ends with 2 when nobody serves the chart', async () => {
    site.stop();

    const { code, stderr } = await run('diff hr site');

    expect(stderr).toMatch(/✗ artifact at 'http.*ECONNREFUSED.*; give the chart by --chart/);
    expect(code).toBe(2);
  });

  it('ends with 2 for a release that is not there', async () => {
    expect(await run('diff hr nope')).toMatchObject({
      code: 2,
      stderr: '✗ helmreleases.helm.toolkit.fluxcd.io "nope" not found\n',
    });
  });

  it('shows the objects of a release as a tree', async () => {
    expect((await run('tree hr site')).stdout).toBe(
      [
        'HelmRelease/apps/site',
        '├── Secret/apps/site',
        '├── ConfigMap/apps/site',
        '└── ConfigMap/apps/dropped',
        '',
        '',
      ].join('\n'),
    );
  });
});

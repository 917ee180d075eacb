import { describe, expect, it } from 'vitest';
import { correctionEvent, driftMessage } from '../../../activities/helm/drift/summary.ts';
import type { HelmReleaseSpec } from '../../../api/helm-release.ts';
import { packageChart } from '../../support/charts.ts';
import { type DriftHome, driftHome } from '../../support/drift.ts';

const clear = ({ sent }: DriftHome) => {
  for (const name of Object.keys(sent)) delete sent[name];
};

const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: key
stringData:
  token: s3cr3t-value
`;

const OTHER_CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}
data:
  OTHER: "1"
`;

const web = () => packageChart('web', { files: { 'templates/key.yaml': SECRET } });

describe.each([
  { method: 'server', spec: { install: { serverSideApply: true } } },
  { method: 'client', spec: { install: { serverSideApply: false } } },
])('a release applied by the $method', ({ spec }) => {
  it('has not drifted as helm left it, and a second look asks for no dry run', async () => {
    const home = await driftHome({ chart: await web(), spec });

    expect(await home.look()).toEqual({ entries: [], failures: [] });
    clear(home);
    expect(await home.summary()).toBe('');
    expect(home.sent).toEqual({ get: expect.any(Number) as number });
  });

  it('is brought back whatever somebody did to it, once', async () => {
    const home = await driftHome({ chart: await web(), spec });
    await home.kube.delete({ apiVersion: 'v1', kind: 'Service', name: 'app-web', namespace: home.namespace });
    await home.edit('ConfigMap', 'app-web', { data: { HOST: 'elsewhere' } });
    await home.edit('Secret', 'key', { stringData: { token: 'another-s3cr3t' } });
    await home.edit(
      'Deployment',
      'app-web',
      {
        metadata: { labels: { 'app.kubernetes.io/managed-by': null, foreign: 'yes' } },
        spec: { replicas: 3 },
      },
      'apps/v1',
    );

    const drift = await home.look();
    const summary = await home.summary();
    const correction = await home.correct();

    expect(summary).toBe(
      [
        'Secret/key changed (0 additions, 1 changes, 0 removals)',
        'ConfigMap/app-web changed (0 additions, 1 changes, 0 removals)',
        'Service/app-web removed',
        'Deployment/app-web changed (1 additions, 1 changes, 0 removals)',
      ].join('\n'),
    );
    expect(driftMessage('apps/app.v1', drift)).toMatch(
      /^Cluster state of release apps\/app\.v1 has drifted from the desired state:\nSecret\//,
    );
    const at = (subject: string) => subject.replace('/', `/${home.namespace}/`);
    expect(correction).toEqual({
      corrected: [
        at('Service/app-web created'),
        at('ConfigMap/app-web configured'),
        at('Secret/key configured'),
        at('Deployment/app-web configured'),
      ],
      failures: [],
    });
    expect(correctionEvent('apps/app.v1', correction)?.message).toContain('has been corrected:\nService/');
    expect((await home.get('ConfigMap', 'app-web'))?.['data']).toMatchObject({ HOST: 'web.example' });
    const deployment = await home.get('Deployment', 'app-web', 'apps/v1');
    expect(deployment).toMatchObject({
      spec: { replicas: 2 },
      metadata: { labels: { foreign: 'yes', 'app.kubernetes.io/managed-by': 'Helm' } },
    });

    clear(home);
    expect(await home.look()).toEqual({ entries: [], failures: [] });
    expect(home.sent['dryRun'] ?? 0).toBe(0);
  });

  it('keeps fields that are ignored, whoever writes them, also while it is corrected', async () => {
    const driftDetection: HelmReleaseSpec['driftDetection'] = {
      mode: 'enabled',
      ignore: [
        { paths: ['/spec/replicas'], target: { kind: 'Deployment' } },
        { paths: [''], target: { name: '.*', kind: 'ConfigMap' } },
      ],
    };
    const home = await driftHome({ chart: await web(), spec: { ...spec, driftDetection } });
    await home.edit('Deployment', 'app-web', { spec: { replicas: 4 } }, 'apps/v1');
    await home.edit('ConfigMap', 'app-web', { data: { HOST: 'elsewhere' } });

    expect(await home.summary()).toBe('ConfigMap/app-web excluded');
    await home.edit('Deployment', 'app-web', { spec: { minReadySeconds: 9, replicas: 5 } }, 'apps/v1');
    await home.edit(
      'Deployment',
      'app-web',
      { metadata: { labels: { 'app.kubernetes.io/name': 'x' } } },
      'apps/v1',
    );
    const { corrected } = await home.correct();

    expect(corrected).toHaveLength(1);
    expect(await home.get('Deployment', 'app-web', 'apps/v1')).toMatchObject({
      spec: { replicas: 5 },
      metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
    });
    expect(await home.summary()).toBe('ConfigMap/app-web excluded');
  });

  it('leaves alone what asks for it in the cluster', async () => {
    const home = await driftHome({ chart: await web(), spec });
    const annotations = { 'helm.toolkit.fluxcd.io/driftDetection': 'Disabled' };
    await home.edit('ConfigMap', 'app-web', { metadata: { annotations }, data: { HOST: 'elsewhere' } });

    expect(await home.summary()).toBe('ConfigMap/app-web excluded');
    expect(await home.correct()).toEqual({ corrected: [], failures: [] });
  });

  it('gives up no field that a later version of the chart removes', async () => {
    const home = await driftHome({ chart: await web(), spec });
    await home.edit('ConfigMap', 'app-web', { data: { HOST: 'elsewhere' } });
    await home.correct();
    const next = await packageChart('web', {
      version: '9.0.0',
      files: { 'templates/config.yaml': OTHER_CONFIG, 'templates/key.yaml': SECRET },
    });
    await home.upgrade(next);

    expect((await home.get('ConfigMap', 'app-web'))?.['data']).toEqual({ OTHER: '1' });
    expect(await home.summary()).toBe('');
  });
});

describe('looking for drift', () => {
  it('passes over fields that the server never took, where helm sent them by patches', async () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: odd
spec:
  replica: 3
  selector: {matchLabels: {app: odd}}
  template:
    metadata: {labels: {app: odd}}
    spec:
      automountServiceAccountToken: false
      containers:
      - name: odd
        image: registry.example/odd:1
        livenes: {}
        ports: [{containerPort: 80, prot: TCP}]
`;
    const home = await driftHome({
      chart: await packageChart('empty', { files: { 'templates/odd.yaml': deployment } }),
      spec: { install: { serverSideApply: false, disableOpenAPIValidation: true } },
    });

    expect(await home.look()).toEqual({ entries: [], failures: [] });
    await home.edit('Deployment', 'odd', { spec: { replicas: 2 } }, 'apps/v1');
    expect(await home.look()).toEqual({ entries: [], failures: [] });
    await home.edit('Deployment', 'odd', { metadata: { annotations: null } }, 'apps/v1');
    expect(await home.summary()).toMatch(/^Deployment\/odd changed /);
    expect((await home.correct()).failures).toEqual([]);
    expect(await home.look()).toEqual({ entries: [], failures: [] });
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'odd', namespace: home.namespace };
    await home.kube.delete(target);
    expect((await home.correct()).corrected).toEqual([`Deployment/${home.namespace}/odd created`]);
    expect(await home.look()).toEqual({ entries: [], failures: [] });
  });

  it('does not compare hooks, nor tests', async () => {
    const home = await driftHome({ chart: await packageChart('tests-pass') });

    expect(await home.look()).toEqual({ entries: [], failures: [] });
  });

  it('reads many objects of a kind by one list, and proves by what it has read that they are as they were', async () => {
    const home = await driftHome({ chart: await packageChart('hundred') });

    expect(await home.summary()).toBe('');
    expect(home.sent).toEqual({ list: 1 });
  });

  it('tells of an object that the account may not read, and of the drift of others', async () => {
    const as: NonNullable<Parameters<typeof driftHome>[0]['as']> = async (kube, namespace) => {
      const metadata = { name: 'reader', namespace };
      const rules = [{ apiGroups: [''], resources: ['configmaps', 'services'], verbs: ['*'] }];
      await kube.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
      await kube.create({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      });
      return kube.as(`system:serviceaccount:${namespace}:reader`);
    };
    const home = await driftHome({ chart: await web(), as });

    await expect(home.look()).rejects.toMatchObject({
      type: 'StateError',
      nonRetryable: true,
      message: expect.stringMatching(
        /^unable to determine cluster state: .*Secret\/[^ ]+\/key query failed: .*forbidden/,
      ) as string,
    });
    await home.edit('ConfigMap', 'app-web', { data: { HOST: 'elsewhere' } });
    const drift = await home.look();

    expect(drift.entries.map(({ kind }) => kind)).toEqual(['changed']);
    expect(drift.failures.join()).toContain('forbidden');
  });

  it('corrects the rest where an object is refused, and tells no value of a Secret', async () => {
    const home = await driftHome({
      chart: await packageChart('web', {
        files: { 'templates/key.yaml': SECRET.replace('kind: Secret', 'kind: Secret\nimmutable: true') },
      }),
    });
    await home.edit('ConfigMap', 'app-web', { data: { HOST: 'elsewhere' } });
    await home.kube.delete({ apiVersion: 'v1', kind: 'Secret', name: 'key', namespace: home.namespace });
    await home.kube.create({
      apiVersion: 'v1',
      kind: 'Secret',
      immutable: true,
      metadata: { name: 'key', namespace: home.namespace },
      stringData: { token: 'another-s3cr3t' },
    });

    const failure = home.look();

    const text = await failure.then(
      (drift) => JSON.stringify(drift.failures),
      (error: unknown) => String(error),
    );
    expect(text).toContain('Secret');
    expect(text).not.toMatch(/s3cr3t/);
    const { corrected } = await home.correct();
    expect(corrected).toHaveLength(1);
  });
});

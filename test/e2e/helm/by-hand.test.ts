import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { helmHome } from '../../support/helm-home.ts';

test('helm ls, history, get and status tell the truth about what Pawl released', async () => {
  const home = await helmHome({ charts: ['web'] });
  await home.install('app', 'web', { values: { replicas: 1 } }, '0.1.0');
  await home.offer('web', { version: '0.2.0', appVersion: '2.0' });
  const { status } = await home.ready(Kind.HelmRelease, 'app', '0.2.0');

  const [listed, ...others] = JSON.parse(await home.helm('ls', '--output', 'json')) as Listed[];
  const values = JSON.parse(await home.helm('get', 'values', 'app', '--output', 'json')) as unknown;
  const manifest = await home.helm('get', 'manifest', 'app');

  expect(others).toEqual([]);
  expect(listed).toMatchObject({
    name: 'app',
    namespace: home.namespace,
    revision: '2',
    status: 'deployed',
    chart: 'web-0.2.0',
    app_version: '2.0',
  });
  expect(await home.history('app')).toMatchObject([
    { revision: 1, status: 'superseded', chart: 'web-0.1.0', description: 'Install complete' },
    { revision: 2, status: 'deployed', chart: 'web-0.2.0', description: 'Upgrade complete' },
  ]);
  expect(status?.history?.[0]).toMatchObject({ version: 2, status: 'deployed', chartVersion: '0.2.0' });
  expect(values).toEqual({ replicas: 1 });
  expect(manifest).toContain('registry.example/web:2.0');
  expect(await home.helm('get', 'notes', 'app')).toContain('http://web.example/');
});

test('a rollback by hand is seen, told and undone by one upgrade', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench', { values: { text: 'one' } }, '0.1.0');
  await home.update(Kind.HelmRelease, 'app', { values: { text: 'two' } });
  await home.ready(Kind.HelmRelease, 'app', '0.1.0');

  // What is applied belongs to helm-controller; a person's helm is another manager.
  await home.helm('rollback', 'app', '1', '--wait', '--force-conflicts');
  const rolledBack = await home.live('ConfigMap', 'app');
  await home.reconcile(Kind.HelmRelease, 'app');
  await home.ready(Kind.HelmRelease, 'app', '0.1.0');

  expect(rolledBack).toMatchObject({ data: { text: 'one' } });
  expect(await home.live('ConfigMap', 'app')).toMatchObject({ data: { text: 'two' } });
  expect(await home.history('app')).toMatchObject([
    { revision: 1, status: 'superseded' },
    { revision: 2, status: 'superseded' },
    { revision: 3, status: 'superseded', description: 'Rollback to 1' },
    { revision: 4, status: 'deployed', description: 'Upgrade complete' },
  ]);
});

test('a release that was removed by hand is installed again', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.install('app', 'bench', {}, '0.1.0');

  await home.helm('uninstall', 'app', '--wait');
  await home.reconcile(Kind.HelmRelease, 'app');
  await home.ready(Kind.HelmRelease, 'app', '0.1.0');

  expect(await home.history('app')).toMatchObject([{ revision: 1, status: 'deployed' }]);
  expect(await home.live('ConfigMap', 'app')).toBeDefined();
});

test('a release made by hand is taken over in place', async () => {
  const home = await helmHome({ charts: ['bench'] });
  await home.helm('install', 'app', 'bench', '--repo', home.charts.url, '--set', 'text=by-hand');
  const before = await home.live('Deployment', 'app', 'apps/v1');

  await home.install('app', 'bench', { values: { text: 'by-pawl' } }, '0.1.0');
  const after = await home.live('Deployment', 'app', 'apps/v1');

  expect(after?.metadata['uid']).toBe(before?.metadata['uid']);
  expect(await home.live('ConfigMap', 'app')).toMatchObject({ data: { text: 'by-pawl' } });
  expect((await home.history('app')).map(({ revision }) => revision)).toEqual([1, 2]);
});

interface Listed {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
}

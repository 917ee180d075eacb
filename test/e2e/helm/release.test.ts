import { expect, test } from 'vitest';
import { findCondition } from '../../../api/conditions.ts';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { helmHome } from '../../support/helm-home.ts';

test('a HelmRelease is installed, upgraded by a new version, and taken down with its object', async () => {
  const home = await helmHome({ charts: ['bench'] });
  const installed = await home.install('app', 'bench');

  expect(findCondition(installed.status?.conditions, 'Ready')).toMatchObject({
    reason: 'InstallSucceeded',
    message: expect.stringMatching(/^Helm install succeeded for release .*\/app\.v1 with chart bench@/),
  });
  expect(installed.status?.history).toMatchObject([{ version: 1, status: 'deployed', action: 'install' }]);

  await home.offer('bench', { version: '2.0.0' });
  await home.reconcile(Kind.HelmChart, `${home.namespace}-app`);
  const upgraded = await home.ready(Kind.HelmRelease, 'app', '2.0.0');

  expect(findCondition(upgraded.status?.conditions, 'Ready')).toMatchObject({
    reason: 'UpgradeSucceeded',
    message: `Helm upgrade succeeded for release ${home.namespace}/app.v2 with chart bench@2.0.0`,
  });
  expect((await home.history('app')).map(({ status }) => status)).toEqual(['superseded', 'deployed']);

  await home.uninstall('app');

  expect(await home.records('app')).toEqual([]);
  // It is deleted with the release, and goes once its own run has seen that.
  await expect.poll(() => home.find(Kind.HelmChart, `${home.namespace}-app`), POLL).toBeUndefined();
});

import { expect, it } from 'vitest';
import { createKubeClient } from '../../../activities/kube/client.ts';
import { loadKubeAccess } from '../../../activities/kube/config.ts';
import { startControlPlane } from '../../../tools/control-plane.ts';
import { answersHttp } from '../../../tools/probe.ts';
import { startTemporal } from '../../../tools/temporal.ts';
import { temporaryFolder } from '../../support/harness.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'kept' };

it('a control plane that was killed comes back at the same address with what was in it', async () => {
  const dir = temporaryFolder();
  const before = await startControlPlane({ dir, nodes: false });
  const kube = createKubeClient(loadKubeAccess({ kubeconfig: before.kubeconfigPath }));
  const { apiVersion, kind, namespace, name } = CONFIG_MAP;
  await kube.create({ apiVersion, kind, metadata: { namespace, name } });
  await before.kill();

  const after = await startControlPlane({ dir, nodes: false });
  const found = await kube.get(CONFIG_MAP);
  await kube.close();
  await after.stop();

  expect(after.server).toBe(before.server);
  expect(found?.metadata.name).toBe('kept');
});

it('a Temporal that was killed comes back on its database file', async () => {
  const dir = temporaryFolder();
  const before = await startTemporal({ dir });
  const port = Number(before.address.split(':')[1]);
  await before.kill();

  const after = await startTemporal({ dir, port });
  const hasUi = await answersHttp(after.uiUrl ?? '');
  await after.stop();

  expect(after.address).toBe(before.address);
  expect(hasUi).toBe(true);
});

import { expect, test } from 'vitest';
import { Kind } from '../../../api/object-ref.ts';
import { POLL } from '../../support/flux.ts';
import { helmHome } from '../../support/helm-home.ts';

test('a HelmRepository of a registry has no status and no finalizer, also when it was an index before', async () => {
  const home = await helmHome({ charts: ['bench'] });
  const spec = { type: 'oci', url: 'oci://127.0.0.1:1/charts', insecure: true };
  await home.repository('registry', spec);
  await home.ready(Kind.HelmRepository, 'charts');

  await home.update(Kind.HelmRepository, 'charts', spec);

  for (const name of ['registry', 'charts']) {
    const bare = async () => {
      const { status, metadata } = await home.get(Kind.HelmRepository, name);
      return { status, finalizers: metadata.finalizers ?? [] };
    };
    await expect.poll(bare, POLL).toEqual({ status: {}, finalizers: [] });
  }
});

import { describe, expect, it } from 'vitest';
import { Label } from '../../../api/names.ts';
import { applyHome, failureOf } from '../../support/apply.ts';

function deployment(namespace: string, cpu = '500m') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'b', image: 'b:1', ports: [{ containerPort: 80 }], resources: { limits: { cpu } } },
            {
              name: 'a',
              image: 'a:1',
              env: [
                { name: 'Z', value: '1' },
                { name: 'A', value: '2' },
              ],
            },
          ],
        },
      },
    },
  };
}

describe('a plan', () => {
  it('costs one read, one dry run and one apply for each new object', async () => {
    const home = await applyHome();
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: home.namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };

    const done = await home.apply([deployment(home.namespace), home.configMap('one'), service]);

    expect(done).toEqual(['ConfigMap/one created', 'Service/web created', 'Deployment/web created']);
    expect(home.sent).toEqual({ get: 3, dryRun: 3, apply: 3 });
  });

  it('proves without asking that unchanged objects are unchanged', async () => {
    const home = await applyHome();
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: home.namespace },
      stringData: { token: 'plain' },
    };
    const objects = [deployment(home.namespace), home.configMap('one'), secret];
    await home.apply(objects);
    for (const name of Object.keys(home.sent)) delete home.sent[name];

    const { entries, checked } = await home.plan(objects);

    expect(entries.map(({ action }) => action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(checked).toBe(3);
    expect(home.sent).toEqual({ get: 3 });
  });

  it('asks the server once about a spelling it cannot compare, and remembers the answer', async () => {
    const home = await applyHome();
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: home.namespace },
      spec: { hard: { cpu: '1000m' } },
    };
    await home.kube.apply(quota, { fieldManager: 'kustomize-controller' });
    await home.apply([quota]);
    for (const name of Object.keys(home.sent)) delete home.sent[name];

    await home.plan([quota]);
    await home.plan([quota]);

    expect(home.sent).toEqual({ get: 2 });
  });

  it('reads many objects of a kind with one list', async () => {
    const home = await applyHome();
    const objects = Array.from({ length: 30 }, (_, i) => home.configMap(`many-${i}`));
    await home.apply(objects);
    for (const name of Object.keys(home.sent)) delete home.sent[name];

    await expect
      .poll(async () => (await home.plan(objects)).entries.filter((e) => e.action === 'unchanged').length)
      .toBe(30);

    expect(home.sent).toEqual({ list: 1 });
  });

  it('sees a changed value, a removed field and a missing owner label', async () => {
    const home = await applyHome();
    const [edited, thinner, unlabelled] = ['edited', 'thinner', 'unlabelled'].map((name) =>
      home.configMap(name, { a: '1', b: '2' }),
    ) as [never, never, never];
    await home.apply([edited, thinner, unlabelled]);
    const at = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name });
    const options = { type: 'merge', fieldManager: 'somebody' } as const;
    await home.kube.patch(at('edited'), { data: { a: 'other' } }, options);
    await home.kube.patch(at('unlabelled'), { metadata: { labels: { [Label.ownerName]: null } } }, options);

    const done = await home.apply([edited, home.configMap('thinner', { a: '1' }), unlabelled]);

    expect(done).toEqual([
      'ConfigMap/edited configured',
      'ConfigMap/thinner configured',
      'ConfigMap/unlabelled configured',
    ]);
    expect((await home.live(edited))?.['data']).toEqual({ a: '1', b: '2' });
    expect((await home.live(thinner))?.['data']).toEqual({ a: '1' });
    expect((await home.live(unlabelled))?.metadata.labels?.[Label.ownerName]).toBe('app');
  });

  it('restores the order of containers', async () => {
    const home = await applyHome();
    await home.apply([deployment(home.namespace)]);
    const swapped = deployment(home.namespace);
    swapped.spec.template.spec.containers.reverse();

    expect(await home.apply([swapped])).toEqual(['Deployment/web configured']);
    expect(await home.apply([swapped])).toEqual(['Deployment/web unchanged']);
  });

  it('names what the inventory holds and the build does not', async () => {
    const home = await applyHome();
    const old = [{ id: `${home.namespace}_gone__ConfigMap`, v: 'v1' }];

    const plan = await home.plan(
      [home.configMap('one')],
      [...old, { id: `${home.namespace}_one__ConfigMap`, v: 'v1' }],
    );

    expect(plan.inventory).toEqual([{ id: `${home.namespace}_one__ConfigMap`, v: 'v1' }]);
    expect(plan.stale).toEqual(old);
  });

  it('takes the namespace from a cluster-scoped object and misses it on any other', async () => {
    const home = await applyHome();
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `role-${home.namespace}`, namespace: home.namespace },
      rules: [],
    };

    expect((await home.plan([role])).inventory).toEqual([
      { id: `_role-${home.namespace}_rbac.authorization.k8s.io_ClusterRole`, v: 'v1' },
    ]);
    const failure = await failureOf(
      home.plan([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'homeless' } }]),
    );
    expect(failure.message).toMatch(/^ConfigMap\/homeless namespace not specified: /);
    expect(failure).toMatchObject({ type: 'ReconciliationFailed', nonRetryable: true });
  });

  it('tells whose object it is about to take', async () => {
    const home = await applyHome();
    const labels = { [Label.ownerName]: 'rival', [Label.ownerNamespace]: 'elsewhere' };
    const object = home.configMap('shared');
    await home.kube.apply(
      { ...object, metadata: { ...object.metadata, labels } },
      { fieldManager: 'kustomize-controller' },
    );

    const { contested } = await home.plan([object]);

    const { namespace } = home;
    expect(contested).toEqual([
      {
        object: `ConfigMap/${namespace}/shared`,
        id: `${namespace}_shared__ConfigMap`,
        owner: 'elsewhere/rival',
      },
    ]);
  });
});

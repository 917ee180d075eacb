import { describe, expect, it } from 'vitest';
import { ownerLabels } from '../../../activities/apply/ownership.ts';
import { prune, pruneAll } from '../../../activities/apply/prune.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import { Annotation, Label } from '../../../api/names.ts';
import { inventoryEntry } from '../../../api/object-id.ts';
import { type ApplyHome, applyHome, denyHeld } from '../../support/apply.ts';

const nobody = { heldElsewhere: () => undefined };
const RIVAL = { name: 'rival', namespace: 'elsewhere' };

function pruneIn(home: ApplyHome, objects: readonly KubeObject[]) {
  return prune(home.context, objects.map(inventoryEntry), nobody);
}

describe('a prune', () => {
  it('deletes what this owner made, last applied first', async () => {
    const home = await applyHome();
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: home.namespace },
      spec: { ports: [{ port: 80 }] },
    };
    const objects = [home.configMap('a'), service];
    await home.apply(objects);

    const result = await pruneIn(home, objects);

    expect(result.deleted).toEqual([`Service/${home.namespace}/s`, `ConfigMap/${home.namespace}/a`]);
    expect(result).toMatchObject({ survivors: [], failures: [], kept: [] });
    expect(await home.live(service)).toBeUndefined();
  });

  it.each([
    { name: 'prune is disabled', annotations: { [Annotation.prune]: 'disabled' }, labels: {} },
    { name: 'reconcile is disabled', annotations: { [Annotation.reconcile]: 'Disabled' }, labels: {} },
    { name: 'applying it is disabled', annotations: { [Annotation.ssa]: 'Ignore' }, labels: {} },
    { name: 'it belongs to another owner', annotations: {}, labels: { [Label.ownerName]: 'rival' } },
    { name: 'it has lost its labels', annotations: {}, labels: { [Label.ownerName]: null } },
  ])('keeps an object when $name', async ({ annotations, labels }) => {
    const home = await applyHome();
    const object = home.configMap('one');
    await home.apply([object]);
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' };
    const metadata = { annotations, labels };
    await home.kube.patch(target, { metadata }, { type: 'merge', fieldManager: 'somebody' });

    const result = await pruneIn(home, [object]);

    expect(result).toMatchObject({ deleted: [], survivors: [], failures: [] });
    expect(result.kept).toHaveLength(1);
    expect(await home.live(object)).toBeDefined();
  });

  it('keeps what another inventory holds, and its own entry while the labels name it', async () => {
    const home = await applyHome();
    const object = home.configMap('shared');
    await home.apply([object]);

    const result = await prune(home.context, [inventoryEntry(object)], { heldElsewhere: () => RIVAL });

    expect(result).toMatchObject({ deleted: [], failures: [], survivors: [inventoryEntry(object)] });
    expect(await home.live(object)).toBeDefined();
  });

  it('drops the entry of what another holds once the labels name that one', async () => {
    const home = await applyHome();
    const object = home.configMap('shared');
    await home.apply([object]);
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'shared' };
    await home.kube.patch(target, { metadata: { labels: ownerLabels(RIVAL) } }, { type: 'merge' });

    const result = await prune(home.context, [inventoryEntry(object)], { heldElsewhere: () => RIVAL });

    expect(result).toMatchObject({ deleted: [], failures: [], survivors: [] });
    expect(await home.live(object)).toBeDefined();
  });

  it('re-tracks objects whose delete was refused', async () => {
    const home = await applyHome();
    await denyHeld(home, 'DELETE');
    const objects = [home.configMap('free'), home.configMap('held')];
    await home.apply(objects);

    const result = await pruneIn(home, objects);

    expect(result.deleted).toEqual([`ConfigMap/${home.namespace}/free`]);
    expect(result.survivors).toEqual([{ id: `${home.namespace}_held__ConfigMap`, v: 'v1' }]);
    expect(result.failures).toEqual([
      expect.stringMatching(
        new RegExp(`^ConfigMap/${home.namespace}/held delete failed: .*not while this test runs`),
      ),
    ]);
  });

  it('counts objects as gone that are gone, with or without their kind', async () => {
    const home = await applyHome();
    const stale = [
      { id: `${home.namespace}_never__ConfigMap`, v: 'v1' },
      { id: `${home.namespace}_w_gone.example.com_Widget`, v: 'v1' },
    ];

    expect(await prune(home.context, stale, nobody)).toEqual({
      deleted: [],
      survivors: [],
      failures: [],
      kept: [],
    });
  });

  it('finds an object whose version is not served any more', async () => {
    const home = await applyHome();
    const object = home.configMap('old');
    await home.apply([object]);
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h', namespace: home.namespace },
      spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    };
    await home.apply([autoscaler]);

    const result = await prune(home.context, [{ ...inventoryEntry(autoscaler), v: 'v2beta2' }], nobody);

    expect(result.deleted).toEqual([`HorizontalPodAutoscaler/${home.namespace}/h`]);
  });

  it('does not take a cluster-scoped object for one of a namespace', async () => {
    const home = await applyHome();
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `role-${home.namespace}` },
      rules: [],
    };
    await home.apply([role]);
    const id = `${home.namespace}_role-${home.namespace}_rbac.authorization.k8s.io_ClusterRole`;

    const result = await prune(home.context, [{ id, v: 'v1' }], nobody);

    expect(result).toMatchObject({ deleted: [], survivors: [] });
    expect(await home.live(role)).toBeDefined();
  });

  it('keeps an entry that it cannot read in the inventory', async () => {
    const home = await applyHome();

    const result = await prune(home.context, [{ id: 'nonsense', v: 'v1' }], nobody);

    expect(result.survivors).toEqual([{ id: 'nonsense', v: 'v1' }]);
    expect(result.failures).toEqual(['inventory entry "nonsense" is not an id']);
  });
});

describe('the end of a Kustomization', () => {
  const { signal } = new AbortController();

  it('waits until its objects are gone', async () => {
    const home = await applyHome();
    const object = home.configMap('one');
    await home.apply([object]);

    const result = await pruneAll(home.context, [inventoryEntry(object)], {
      ...nobody,
      waitMs: 5_000,
      signal,
    });

    expect(result).toMatchObject({ deleted: [`ConfigMap/${home.namespace}/one`], terminating: [] });
  });

  it('hands over what another inventory holds', async () => {
    const home = await applyHome();
    const object = home.configMap('shared');
    await home.apply([object]);

    const result = await pruneAll(home.context, [inventoryEntry(object)], {
      heldElsewhere: () => RIVAL,
      waitMs: 0,
      signal,
    });

    expect(result.kept).toEqual([
      { object: `ConfigMap/${home.namespace}/shared`, reason: 'it is in the inventory of elsewhere/rival' },
    ]);
    expect((await home.live(object))?.metadata.labels).toEqual(ownerLabels(RIVAL));
  });

  it('tells what a finalizer holds back', async () => {
    const home = await applyHome();
    const object = home.configMap('held', {}, { finalizers: ['example.com/hold'] });
    await home.apply([object]);

    const result = await pruneAll(home.context, [inventoryEntry(object)], { ...nobody, waitMs: 50, signal });

    expect(result.terminating).toEqual([`ConfigMap/${home.namespace}/held`]);
  });
});

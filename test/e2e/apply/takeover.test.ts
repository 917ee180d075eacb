import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../api/names.ts';
import { applyHome } from '../../support/apply.ts';

describe('foreign changes', () => {
  it.each([
    { name: 'kubectl edit', manager: 'kubectl-edit' },
    { name: 'kubectl client-side apply', manager: 'kubectl-client-side-apply' },
    { name: 'a writer from before the first apply', manager: 'before-first-apply' },
    { name: 'our own manager writing an update', manager: 'kustomize-controller' },
  ])('are reverted when $name made them', async ({ manager }) => {
    const home = await applyHome();
    const object = home.configMap('one');
    await home.apply([object]);
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' };
    await home.kube.patch(
      target,
      { metadata: { annotations: { [Annotation.lastApplied]: '{}' } }, data: { added: 'by hand' } },
      { type: 'merge', fieldManager: manager },
    );

    expect(await home.apply([object])).toEqual(['ConfigMap/one configured']);

    const live = await home.live(object);
    expect(live?.['data']).toEqual({ key: 'value' });
    expect(live?.metadata.annotations).toBeUndefined();
    expect(live?.metadata.managedFields?.map((entry) => entry.manager)).toEqual(['kustomize-controller']);
    expect(await home.apply([object])).toEqual(['ConfigMap/one unchanged']);
  });

  it('are reverted when kubectl apply --server-side made them', async () => {
    const home = await applyHome();
    const object = home.configMap('one');
    await home.apply([object]);
    await home.kube.apply(home.configMap('one', { key: 'other', more: 'x' }), { fieldManager: 'kubectl' });

    expect(await home.apply([object])).toEqual(['ConfigMap/one configured']);

    expect((await home.live(object))?.['data']).toEqual({ key: 'value' });
  });

  it('are reverted on an object that only kubectl had written', async () => {
    const home = await applyHome();
    await home.kube.apply(home.configMap('one', { more: 'x' }), { fieldManager: 'kubectl' });
    const object = home.configMap('one');

    expect(await home.apply([object])).toEqual(['ConfigMap/one configured']);

    expect((await home.live(object))?.['data']).toEqual({ key: 'value' });
  });

  it('stay when another controller made them', async () => {
    const home = await applyHome();
    const object = home.configMap('one');
    await home.apply([object]);
    await home.kube.apply(home.configMap('one', { more: 'x' }), { fieldManager: 'operator' });

    expect(await home.apply([object])).toEqual(['ConfigMap/one unchanged']);

    expect((await home.live(object))?.['data']).toEqual({ key: 'value', more: 'x' });
  });

  it('stay when the object is to be merged', async () => {
    const home = await applyHome();
    const object = home.configMap('one', undefined, { annotations: { [Annotation.ssa]: 'Merge' } });
    await home.apply([object]);
    await home.kube.apply(home.configMap('one', { more: 'x' }), { fieldManager: 'kubectl' });

    expect(await home.apply([object])).toEqual(['ConfigMap/one unchanged']);

    expect((await home.live(object))?.['data']).toEqual({ key: 'value', more: 'x' });
  });
});

describe('per-object rules', () => {
  it.each([
    { name: 'reconcile is disabled', annotations: { [Annotation.reconcile]: 'disabled' } },
    { name: 'it is to be ignored', annotations: { [Annotation.ssa]: 'ignore' } },
  ])('an object is listed but not created when $name', async ({ annotations }) => {
    const home = await applyHome();
    const object = home.configMap('one', undefined, { annotations });

    expect(await home.apply([object])).toEqual(['ConfigMap/one skipped']);

    expect(await home.live(object)).toBeUndefined();
    expect((await home.plan([object])).inventory).toHaveLength(1);
  });

  it('an object that somebody froze in the cluster is left alone', async () => {
    const home = await applyHome();
    await home.apply([home.configMap('one')]);
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'one' };
    const metadata = { annotations: { [Annotation.reconcile]: 'Disabled' } };
    await home.kube.patch(target, { metadata }, { type: 'merge', fieldManager: 'kubectl-annotate' });

    expect(await home.apply([home.configMap('one', { key: 'new' })])).toEqual(['ConfigMap/one skipped']);
  });

  it('an object that is only for a start is created once', async () => {
    const home = await applyHome();
    const annotations = { [Annotation.ssa]: 'IfNotPresent' };

    expect(await home.apply([home.configMap('one', { a: '1' }, { annotations })])).toEqual([
      'ConfigMap/one created',
    ]);
    expect(await home.apply([home.configMap('one', { a: '2' }, { annotations })])).toEqual([
      'ConfigMap/one skipped',
    ]);
  });
});

describe('spec.ignore', () => {
  const target = { kind: 'ConfigMap', name: 'scal.*' };

  it('leaves a field to whoever changed it and still mends the others', async () => {
    const home = await applyHome({ ignore: [{ paths: ['/data/replicas'], target }] });
    const object = home.configMap('scaled', { replicas: '1', image: 'a' });
    expect(await home.apply([object])).toEqual(['ConfigMap/scaled created']);
    const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'scaled' };
    await home.kube.patch(at, { data: { replicas: '7' } }, { type: 'merge', fieldManager: 'autoscaler' });

    expect(await home.apply([object])).toEqual(['ConfigMap/scaled unchanged']);
    await home.kube.patch(at, { data: { image: 'b' } }, { type: 'merge', fieldManager: 'autoscaler' });
    expect(await home.apply([object])).toEqual(['ConfigMap/scaled configured']);

    expect((await home.live(object))?.['data']).toEqual({ replicas: '7', image: 'a' });
  });

  it('gives up a field that another manager applies', async () => {
    const home = await applyHome({ ignore: [{ paths: ['/data/replicas'], target }] });
    await home.apply([home.configMap('scaled', { replicas: '1', image: 'a' })]);
    await home.kube.apply(home.configMap('scaled', { replicas: '7' }), { fieldManager: 'autoscaler' });

    await home.apply([home.configMap('scaled', { replicas: '1', image: 'b' })]);

    const live = await home.live(home.configMap('scaled'));
    expect(live?.['data']).toEqual({ replicas: '7', image: 'b' });
    const own = live?.metadata.managedFields?.find(({ manager }) => manager === 'kustomize-controller');
    expect(own?.fieldsV1?.['f:data']).toEqual({ 'f:image': {} });
  });

  it('does not touch objects that its target does not select', async () => {
    const home = await applyHome({ ignore: [{ paths: ['/data/replicas'], target }] });
    const object = home.configMap('other', { replicas: '1' });
    await home.apply([object]);
    const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'other' };
    await home.kube.patch(at, { data: { replicas: '7' } }, { type: 'merge', fieldManager: 'autoscaler' });

    expect(await home.apply([object])).toEqual(['ConfigMap/other configured']);
  });
});

import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/kube-object.ts';
import { applyHome, denyHeld, failureOf } from '../../support/apply.ts';

function crd(group: string, properties: object = {}, scope = 'Namespaced'): KubeObject {
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope,
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

const text = { type: 'string' };

describe('stages', () => {
  it('bring a definition, a namespace and objects of both in one apply', async () => {
    const home = await applyHome();
    const group = `${home.namespace}.example.com`;
    const namespace = `${home.namespace}-more`;
    const widget = {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'w', namespace },
      spec: { a: 'x' },
    };
    const configMap = { ...home.configMap('c'), metadata: { name: 'c', namespace } };
    const objects = [
      widget,
      configMap,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      crd(group, { a: text }),
    ];

    const plan = await home.plan(objects);
    const done = await home.apply(objects);

    expect(plan.inventory.map(({ id }) => id)).toEqual([
      `_widgets.${group}_apiextensions.k8s.io_CustomResourceDefinition`,
      `_${namespace}__Namespace`,
      `${namespace}_c__ConfigMap`,
      `${namespace}_w_${group}_Widget`,
    ]);
    expect(done.map((line) => line.split(' ')[1])).toEqual(['created', 'created', 'created', 'created']);
    expect((await home.live(widget))?.['spec']).toEqual({ a: 'x' });
    expect((await home.apply(objects)).every((line) => line.endsWith('unchanged'))).toBe(true);
  });

  it('apply an object with a field that its definition gets in the same apply', async () => {
    const home = await applyHome();
    const group = `${home.namespace}.example.com`;
    const widget = (spec: object) => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'w', namespace: home.namespace },
      spec,
    });
    await home.apply([crd(group, { a: text }), widget({ a: 'x' })]);

    await expect
      .poll(() => home.apply([crd(group, { a: text, b: text }), widget({ a: 'x', b: 'y' })]), {
        timeout: 20_000,
      })
      .toEqual([expect.stringMatching(/configured|unchanged/), 'Widget/w configured']);

    expect((await home.live(widget({})))?.['spec']).toEqual({ a: 'x', b: 'y' });
  });

  it('write nothing of a stage when the server refuses one of its objects beforehand', async () => {
    const home = await applyHome();
    const bad = { ...home.configMap('bad'), unknown: 1 };
    const worse = home.configMap('worse', { 'not a key': 'x' });

    const failure = await failureOf(home.apply([home.configMap('good'), bad, worse]));

    expect(failure).toMatchObject({ type: 'ReconciliationFailed', nonRetryable: true });
    const lines = failure.message.split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^ConfigMap/${home.namespace}/bad dry-run failed: .*unknown: field not declared in schema$`),
    );
    expect(lines[1]).toMatch(new RegExp(`^ConfigMap/${home.namespace}/worse dry-run failed \\(Invalid\\): `));
    expect(lines[2]).toBe(`not tried: ConfigMap/${home.namespace}/good`);
    expect(await home.live(home.configMap('good'))).toBeUndefined();
  });

  it('tell what was applied, what failed and what was not tried when the server changes its mind', async () => {
    const home = await applyHome();
    await denyHeld(home, 'CREATE');
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'later', namespace: home.namespace },
      spec: { ports: [{ port: 80 }] },
    };
    const seen: string[] = [];

    const failure = await failureOf(
      home.applying([home.configMap('a'), home.configMap('held'), service], (entry) =>
        seen.push(entry.subject),
      ),
    );

    expect(failure.message).toMatch(
      new RegExp(`^ConfigMap/${home.namespace}/held apply failed: .*not while this test runs`),
    );
    expect(failure.message).toContain(`applied before: ConfigMap/${home.namespace}/a created`);
    expect(failure.message).toContain(`not tried: Service/${home.namespace}/later`);
    expect(failure.nonRetryable).toBe(true);
    expect(seen).toEqual([`ConfigMap/${home.namespace}/a`]);
    expect(await home.live(service)).toBeUndefined();
  });

  it('stop between two writes when they are told to', async () => {
    const home = await applyHome();
    const { applyPlan } = await import('../../../activities/apply/apply.ts');
    const stop = new AbortController();
    const objects = [home.configMap('a'), { ...home.configMap('b'), kind: 'Secret', data: { key: 'eA==' } }];

    const applying = applyPlan(home.context, await home.plan(objects), {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('told to stop')),
    });

    await expect(applying).rejects.toThrow('told to stop');
    expect(home.sent['apply']).toBe(1);
  });
});

describe('a refused apply', () => {
  it('may be retried when the kind, the namespace or the end of a namespace is on its way', async () => {
    const home = await applyHome();
    const widget = {
      apiVersion: 'nobody.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: home.namespace },
    };
    const lost = { ...home.configMap('c'), metadata: { name: 'c', namespace: 'not-there' } };

    const unknown = await failureOf(home.apply([widget]));
    const homeless = await failureOf(home.apply([lost]));

    expect(unknown.message).toBe(
      `Widget/${home.namespace}/w dry-run failed: no matches for kind "Widget" in version "nobody.example.com/v1"`,
    );
    expect(homeless.message).toBe('ConfigMap/not-there/c not found: namespaces "not-there" not found');
    expect([unknown.nonRetryable, homeless.nonRetryable]).toEqual([false, false]);

    await home.apply([home.configMap('held', {}, { finalizers: ['example.com/hold'] })]);
    await home.kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: home.namespace });
    await expect
      .poll(async () => (await failureOf(home.apply([home.configMap('late')]))).message)
      .toContain('because it is being terminated');
    expect((await failureOf(home.apply([home.configMap('late')]))).nonRetryable).toBe(false);
  });

  it('is final when the account may not do it', async () => {
    const home = await applyHome();
    const user = `system:serviceaccount:${home.namespace}:nobody`;
    const poor = await applyHome({ kube: home.kube.as(user) });

    const failure = await failureOf(poor.apply([poor.configMap('one')]));

    expect(failure.message).toContain(`User "${user}" cannot get resource "configmaps"`);
    expect(failure).toMatchObject({ type: 'ReconciliationFailed', nonRetryable: true });
  });

  it('never shows a value of a Secret', async () => {
    const home = await applyHome();
    const secret = (data: object, more: object = {}): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: home.namespace },
      data,
      ...more,
    });

    const wrongType = await failureOf(home.apply([secret({ password: 12345678 })]));
    const wrongSpelling = await failureOf(home.apply([secret({ password: 'hunter2-not-base64!' })]));
    const wrongKind = await failureOf(
      home.apply([
        secret({ '.dockerconfigjson': 'aHVudGVyMg==' }, { type: 'kubernetes.io/dockerconfigjson' }),
      ]),
    );

    const all = [wrongType, wrongSpelling, wrongKind].map(({ message }) => message).join('\n');
    expect(all).not.toMatch(/12345678|hunter2|aHVudGVyMg/);
    expect(wrongType.message).toContain('.data.password: expected string');
  });
});

describe('force', () => {
  const immutable = (
    home: { configMap(name: string, data: Record<string, string>): KubeObject },
    value: string,
  ) => ({
    ...home.configMap('fixed', { key: value }),
    immutable: true,
  });

  it('creates an object anew when only a field that may never change stands in the way', async () => {
    const home = await applyHome({ force: true });
    await home.apply([immutable(home, '1')]);
    const before = await home.live(immutable(home, '1'));

    expect(await home.apply([immutable(home, '2'), home.configMap('other')])).toEqual([
      'ConfigMap/fixed configured',
      'ConfigMap/other created',
    ]);

    const after = await home.live(immutable(home, '2'));
    expect(after?.['data']).toEqual({ key: '2' });
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  it('does not delete an object over a plain mistake', async () => {
    const home = await applyHome({ force: true });
    await home.apply([home.configMap('one')]);
    const before = await home.live(home.configMap('one'));

    const failure = await failureOf(home.apply([home.configMap('one', { 'not a key': 'x' })]));

    expect(failure.message).toContain('dry-run failed (Invalid)');
    expect((await home.live(home.configMap('one')))?.metadata.uid).toBe(before?.metadata.uid);
  });

  it('is not assumed', async () => {
    const home = await applyHome();
    await home.apply([immutable(home, '1')]);

    const failure = await failureOf(home.apply([immutable(home, '2')]));

    expect(failure.message).toContain('field is immutable when `immutable` is set');
    expect(failure.nonRetryable).toBe(true);
  });
});

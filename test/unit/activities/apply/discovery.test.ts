import { describe, expect, it } from 'vitest';
import { createLocator } from '../../../../activities/apply/locate.ts';
import { createDiscovery } from '../../../../activities/kube/discovery.ts';
import { NoKindError } from '../../../../activities/kube/errors.ts';

function version(name: string, kinds: readonly string[], freshness = 'Current') {
  const resources = kinds.map((kind) => ({
    resource: `${kind.toLowerCase()}s`,
    scope: 'Namespaced',
    responseKind: { kind },
    verbs: ['get'],
  }));
  return { version: name, freshness, resources };
}

function server(groups: () => object[]) {
  const asked: string[] = [];
  const discovery = createDiscovery(
    async (path) => {
      asked.push(path);
      return { items: path === '/api' ? [{ versions: [version('v1', ['ConfigMap'])] }] : groups() };
    },
    () => clock.now,
  );
  const clock = { now: 0 };
  return { discovery, asked, clock };
}

describe('discovery', () => {
  it('asks once for all kinds', async () => {
    const { discovery, asked } = server(() => []);

    await Promise.all([1, 2, 3].map(() => discovery.resourceFor('v1', 'ConfigMap')));

    expect(asked).toEqual(['/api', '/apis']);
  });

  it('asks again for a missing kind, but not in a burst', async () => {
    const { discovery, asked, clock } = server(() => []);
    const missing = () => expect(discovery.resourceFor('x.io/v1', 'Foo')).rejects.toThrow(NoKindError);

    await missing();
    await missing();
    expect(asked).toHaveLength(2);
    clock.now = 2_000;
    await missing();
    expect(asked).toHaveLength(4);
  });

  it('prefers the version that the server names first', async () => {
    const group = { metadata: { name: 'x.io' }, versions: [version('v2', ['Foo']), version('v1', ['Foo'])] };
    const { discovery } = server(() => [group]);

    expect((await discovery.preferred('x.io', 'Foo')).apiVersion).toBe('x.io/v2');
  });
});

describe('an inventory entry', () => {
  const id = { group: 'x.io', kind: 'Foo', namespace: 'n', name: 'a' };

  it('is found at the version that is still served', async () => {
    const { discovery } = server(() => [{ metadata: { name: 'x.io' }, versions: [version('v2', ['Foo'])] }]);

    expect(await createLocator(discovery)(id, 'v1')).toMatchObject({ apiVersion: 'x.io/v2', namespace: 'n' });
  });

  it('is gone with its kind only when the server, asked anew, says so', async () => {
    let groups: object[] = [];
    const { discovery } = server(() => groups);
    await discovery.resourceFor('v1', 'ConfigMap');
    groups = [{ metadata: { name: 'x.io' }, versions: [version('v1', ['Foo'])] }];

    expect(await createLocator(discovery)(id, 'v1')).toBeDefined();
    groups = [];
    discovery.reset();
    expect(await createLocator(discovery)(id, 'v1')).toBeUndefined();
  });

  it('is not taken for gone while the server of its group does not answer', async () => {
    const { discovery } = server(() => [
      { metadata: { name: 'x.io' }, versions: [version('v1', [], 'Stale')] },
    ]);

    await expect(createLocator(discovery)(id, 'v1')).rejects.toThrow(NoKindError);
  });
});

import { describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../../api/kube-object.ts';
import type { Receiver, ReceiverSpec } from '../../../../api/receiver.ts';
import { pokable, rigFor, tokenSecret } from '../../../support/receiver-rig.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

const asStored = (receiver: Receiver) => receiver as unknown as KubeObject;

describe('resources', () => {
  const labelled = [
    pokable('GitRepository', 'a', { labels: { team: 'web' } }),
    pokable('GitRepository', 'b', { labels: { team: 'web', tier: 'one' } }),
    pokable('GitRepository', 'c', { labels: { team: 'db' } }),
    pokable('GitRepository', 'd', { labels: { team: 'web' }, namespace: 'other' }),
    pokable('Kustomization', 'apps'),
  ];
  const git = 'GitRepository' as const;

  it.each<[string, ReceiverSpec['resources'], string[], number]>([
    ['by labels', [{ kind: git, name: '*', matchLabels: { team: 'web' } }], ['a', 'b'], 200],
    ['by no labels', [{ kind: git, name: '*', matchLabels: {} }], ['a', 'b', 'c'], 200],
    ['by labels that none has', [{ kind: git, name: '*', matchLabels: { team: 'x' } }], [], 200],
    ['without labels', [{ kind: git, name: '*' }], [], 500],
    ['of another namespace', [{ kind: git, name: 'd', namespace: 'other' }], ['d'], 200],
    [
      'named twice',
      [
        { kind: git, name: 'a' },
        { kind: git, name: 'a' },
      ],
      ['a'],
      200,
    ],
    [
      'of which one is missing',
      [
        { kind: git, name: 'x' },
        { kind: git, name: 'a' },
      ],
      ['a'],
      500,
    ],
    ['of a kind without its version', [{ kind: 'Kustomization', name: 'apps' }], [], 500],
    [
      'of a kind with it',
      [{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'apps' }],
      ['apps'],
      200,
    ],
    [
      'of an old version of it',
      [{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta2', kind: 'Kustomization', name: 'apps' }],
      ['apps'],
      200,
    ],
    [
      'by a filter of their own',
      [
        {
          kind: git,
          name: '*',
          matchLabels: { team: 'web' },
          filter: "res.metadata.labels.?tier.orValue('') == 'one'",
        },
      ],
      ['b'],
      200,
    ],
    [
      'by a filter that cannot be told of the second one',
      [{ kind: git, name: '*', matchLabels: {}, filter: "res.metadata.name == 'a' || req.missing == 1" }],
      ['a'],
      500,
    ],
    ['by a filter that cannot be told', [{ kind: git, name: 'a', filter: 'req.missing == 1' }], [], 500],
  ])('%s', async (_name, resources, poked, status) => {
    const { send, done } = await rigFor('generic', { resources }, {}, labelled);

    expect((await send('{}', JSON_TYPE)).status).toBe(status);
    const signals = done.filter((act) => act.startsWith('signal')).map((act) => act.split('/')[2]);
    expect(signals).toEqual(poked);
  });

  it('are held against resourceFilter with what was sent', async () => {
    const resources = [{ kind: git, name: '*', matchLabels: {} }];
    const resourceFilter = 'res.metadata.name == req.name && req.count == 3';
    const { send, done } = await rigFor('generic', { resources, resourceFilter }, {}, labelled);

    expect((await send('{"name":"b","count":3}', JSON_TYPE)).status).toBe(200);
    expect(done).toEqual(['annotate GitRepository/apps/b', 'signal GitRepository/apps/b']);
  });

  it.each([
    ['type(req.count) == double && type(res.metadata.generation) == double', 1],
    ['req.count / 2.0 == 1.5', 1],
    ['type(req.count) == int', 0],
  ])('are held against numbers as notification-controller reads them: %s', async (resourceFilter, count) => {
    const { send, done } = await rigFor('generic', { resourceFilter }, {}, [
      pokable('GitRepository', 'home', { generation: 1 }),
    ]);

    expect((await send('{"count":3}', JSON_TYPE)).status).toBe(200);
    expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(count);
  });

  it('of other namespaces are refused where the worker was told so', async () => {
    const policy = { noCrossNamespaceRefs: true };
    const resources = [
      { kind: git, name: 'd', namespace: 'other' },
      { kind: git, name: 'a', namespace: 'apps' },
    ];
    const { send, done } = await rigFor('generic', { resources }, { policy }, labelled);

    expect((await send()).status).toBe(500);
    expect(done).toEqual(['annotate GitRepository/apps/a', 'signal GitRepository/apps/a']);
  });

  it('are not looked at for ever by a filter of many loops over a large body', async () => {
    const resourceFilter = 'req.list.all(a, req.list.all(b, req.list.all(c, a + b + c >= 0)))';
    const { send } = await rigFor('generic', { resourceFilter });
    const list = Array.from({ length: 2_000 }, (_, index) => index);

    expect((await send(JSON.stringify({ list }), JSON_TYPE)).status).toBe(500);
  });
});

describe('a Receiver', () => {
  it('that is suspended, or not ready, answers later', async () => {
    const { send, cluster, receiver, done } = await rigFor('generic');
    cluster.put(asStored({ ...receiver, spec: { ...receiver.spec, suspend: true } }));
    await vi.waitFor(async () => expect((await send()).status).toBe(503));
    const conditions = receiver.status?.conditions?.map((condition) => ({ ...condition, status: 'False' }));
    cluster.put(asStored({ ...receiver, status: { ...receiver.status, conditions } } as Receiver));
    await vi.waitFor(() => expect(done.filter((act) => act.startsWith('signal'))).toEqual([]));

    expect((await send()).headers.get('retry-after')).toBe('1');
    expect((await send()).status).toBe(503);
  });

  it('that is gone is unknown', async () => {
    const { send, cluster, receiver } = await rigFor('generic');
    cluster.remove({ apiVersion: receiver.apiVersion, kind: 'Receiver', namespace: 'apps', name: 'hooks' });

    await vi.waitFor(async () => expect((await send()).status).toBe(404));
  });

  it('whose token was rotated is not reached by its old path, and reads the Secret again', async () => {
    const { send, cluster, done } = await rigFor('generic');
    cluster.put(tokenSecret('another token'));

    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await send()).status));
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect(new Set(done)).toEqual(new Set(['request Receiver/apps/hooks Config']));
    expect(done.length).toBeLessThan(10);
  });

  it('whose Secret is gone is not reached', async () => {
    const { send, cluster } = await rigFor('generic');
    cluster.remove({ apiVersion: 'v1', kind: 'Secret', namespace: 'apps', name: 'token' });

    expect((await send()).status).toBe(404);
  });
});

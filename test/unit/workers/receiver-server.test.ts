import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { ReceiverType } from '../../../activities/notify/receiver/contract.ts';
import type { KubeObject } from '../../../api/kube-object.ts';
import type { Receiver, ReceiverSpec } from '../../../api/receiver.ts';
import { payload, receiverObject, signatureOf, TOKEN } from '../../support/hooks.ts';
import { pokable, type ReceiverRig, startReceiverRig, tokenSecret } from '../../support/receiver-rig.ts';

const home = pokable('GitRepository', 'home');
const push = payload('github-push');
const JSON_TYPE = { 'content-type': 'application/json' };
const signed = { ...JSON_TYPE, 'x-github-event': 'push', 'x-hub-signature-256': signatureOf(push) };

const asStored = (receiver: Receiver) => receiver as unknown as KubeObject;
const pathOf = (receiver: Receiver) => receiver.status?.webhookPath ?? '';

async function rigFor(
  type: ReceiverType,
  spec: Partial<ReceiverSpec> = {},
  options: Parameters<typeof startReceiverRig>[1] = {},
  objects: Parameters<typeof startReceiverRig>[0] = [home],
) {
  const receiver = receiverObject(type, spec);
  const rig = await startReceiverRig([receiver, ...objects], options);
  const url = `${rig.url}${pathOf(receiver)}`;
  await vi.waitFor(() => expect(rig.cluster.requests.list).toBeGreaterThan(0));
  await vi.waitFor(() => expect(rig.cluster.watches).toBe(1));
  const send = (body: Buffer | string = '', headers: Record<string, string> = {}, method = 'POST') =>
    fetch(url, { method, headers, ...(method === 'POST' && { body: new Uint8Array(Buffer.from(body)) }) });
  return { ...rig, rig, url, path: pathOf(receiver), receiver, send };
}

/** What a server says to bytes that no client would send. */
async function raw(rig: Pick<ReceiverRig, 'url'>, bytes: string): Promise<string> {
  const { port, hostname } = new URL(rig.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return answer;
}

describe('a webhook', () => {
  it('annotates its object, then signals the run, and is answered without a word', async () => {
    const { send, done, patches } = await rigFor('github');

    const response = await send(push, signed);

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(done).toEqual(['annotate GitRepository/apps/home', 'signal GitRepository/apps/home']);
    const [{ 'reconcile.fluxcd.io/requestedAt': at, 'pawl.dev/signalled-at': signalledAt } = {}] = patches;
    expect(Date.parse(at ?? '')).not.toBeNaN();
    expect(signalledAt).toBe(at);
  });

  it('only annotates an object of a kind that others reconcile', async () => {
    const resources = [{ kind: 'OCIRepository' as const, name: 'charts' }];
    const { send, done, patches } = await rigFor('generic', { resources }, {}, [
      pokable('OCIRepository', 'charts'),
    ]);

    expect((await send()).status).toBe(200);
    expect(done).toEqual(['annotate OCIRepository/apps/charts']);
    expect(Object.keys(patches[0] ?? {})).toEqual(['reconcile.fluxcd.io/requestedAt']);
  });

  it('is answered again when it is delivered again, by one more poke', async () => {
    const { send, done } = await rigFor('github');
    await send(push, signed);

    expect((await send(push, signed)).status).toBe(200);
    await vi.waitFor(() => expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(2));
  });

  it('that cannot be signalled is answered so, and the next one tries again', async () => {
    const { send, rig } = await rigFor('generic');
    rig.signal = () => Promise.reject(new Error('Temporal is away'));
    expect((await send()).status).toBe(500);
    rig.signal = () => Promise.resolve();

    expect((await send()).status).toBe(200);
  });

  it('of hundreds at once makes few pokes', async () => {
    const { send, done } = await rigFor('generic-hmac');
    const headers = { 'x-signature': signatureOf('x') };
    const statuses = await Promise.all(
      Array.from({ length: 400 }, async () => (await send('x', headers)).status),
    );

    expect(new Set(statuses)).toEqual(new Set([200]));
    // How many exactly is a matter of how long they take.
    expect(done.filter((act) => act.startsWith('signal')).length).toBeLessThan(12);
    expect(done.filter((act) => act.startsWith('annotate')).length).toBeLessThan(200);
  });

  it('that was answered is signalled before the server has stopped', async () => {
    const { send, close, done } = await rigFor('generic');
    await send();
    expect((await send()).status).toBe(200);
    await close();

    const acts = ['annotate GitRepository/apps/home', 'signal GitRepository/apps/home'];
    expect(done).toEqual([...acts, ...acts]);
    await expect(send()).rejects.toThrow('fetch failed');
  });
});

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

describe('strangers', () => {
  it.each([
    ['no path', () => '/'],
    ['a path without digest', () => '/hook/'],
    ['another digest', () => `/hook/${'0'.repeat(64)}`],
    ['half of it', (path: string) => path.slice(0, 40)],
    ['more of it', (path: string) => `${path}0`],
    ['a slash behind it', (path: string) => `${path}/`],
    ['a query behind it', (path: string) => `${path}?x=1`],
    ['capitals', (path: string) => `/hook/${path.slice(6).toUpperCase()}`],
    ['a digit that is escaped', (path: string) => `/hook/%3${path.charCodeAt(6) % 10}${path.slice(7)}`],
    ['a way around', (path: string) => `/hook/../hook/${path.slice(6)}`],
    ['an escaped way around', (path: string) => `/x%2f..${path}`],
    ['two slashes', (path: string) => `/${path}`],
    ['a whole URL', (path: string) => `http://other.example${path}`],
  ])('with %s are told nothing', async (_name, target) => {
    const { rig, path, done } = await rigFor('generic');
    const head = `POST ${target(path)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;

    expect(await raw(rig, head)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(done).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'with %s are told to post',
    async (method) => {
      const { send, done } = await rigFor('generic');
      const response = await send('', {}, method);

      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      expect(done).toEqual([]);
    },
  );

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a folded header', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 0\r\n\r\n'],
    ['a header without end', `X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['no host', ''],
  ])('with %s are refused', async (name, rest) => {
    const { rig, path, done } = await rigFor('generic');
    const host = name === 'no host' ? '' : 'Host: x\r\n';

    const answer = await raw(rig, `POST ${path} HTTP/1.1\r\n${host}${rest || '\r\n'}`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(done).toEqual([]);
  });

  it('with a header of a megabyte get to read why they are refused', async () => {
    const { rig, path, send } = await rigFor('generic');
    const { port, hostname } = new URL(rig.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.end(`POST ${path} HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(1024 * 1024)}\r\n\r\n`);

    // A connection that is reset is an error, which may come before the answer.
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await send()).status).toBe(200);
  });

  it('who come too often are told to wait, and keep nobody out who knows a path', async () => {
    const { rig, send } = await rigFor('generic');
    const unknown = () => fetch(`${rig.url}/hook/${'0'.repeat(64)}`, { method: 'POST', body: 'x' });
    const statuses: number[] = [];
    for (let i = 0; i < 200; i += 1) statuses.push((await unknown()).status);

    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect((await send()).status).toBe(200);
  });

  it('with wrong signatures are told to wait without being read', async () => {
    const { send, log } = await rigFor('generic-hmac');
    const statuses: number[] = [];
    for (let i = 0; i < 100; i += 1) statuses.push((await send('x', { 'x-signature': 'sha256=00' })).status);

    expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 400));
    expect(statuses.at(-1)).toBe(429);
    expect(log().split('\n').length).toBeLessThan(80);
  });
});

describe('a body', () => {
  const MORE = 3 * 1024 * 1024 + 1;

  it('of the largest size is read, one of a byte more is not', async () => {
    const { send, done } = await rigFor('generic');

    expect((await send(Buffer.alloc(MORE - 1))).status).toBe(200);
    expect((await send(Buffer.alloc(MORE)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(1);
  });

  it('that does not say its size weighs what it has, also while many wait', async () => {
    const { url, log } = await rigFor('generic');
    const chunked = () => {
      const body = new Blob(['x']).stream();
      return fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    };
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await chunked()).status));

    expect(log()).toContain('webhook accepted');
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('that says that it has 100 MB is not waited for', async () => {
    const { rig, path } = await rigFor('generic');

    expect(await raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  it('of 100 MB that does not say so is read to the limit only', async () => {
    const { url, send } = await rigFor('generic');
    const chunk = Buffer.alloc(64 * 1024);
    const { promise, resolve } = Promise.withResolvers<number | string>();
    const client = request(url, { method: 'POST' }, (response) => resolve(response.statusCode ?? 0));
    client.on('error', (error) => resolve(error.message));
    let sent = 0;
    const more = () => {
      while (sent < 1600 && !client.destroyed) {
        sent += 1;
        if (!client.write(chunk)) return void client.once('drain', more);
      }
      client.end();
    };
    more();

    // Who goes on sending may see the end of the connection before the answer.
    expect([413, 'write EPIPE', 'write ECONNRESET', 'read ECONNRESET']).toContain(await promise);
    expect(sent).toBeLessThan(1600);
    client.destroy();
    expect((await send()).status).toBe(200);
  });

  it('that comes slowly, or a header, is cut off', async () => {
    const { rig, path, send } = await rigFor('generic', {}, { times: { headers: 100, request: 200 } });

    const slow = [
      raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`),
      raw(rig, `POST ${path} HTTP/1.1\r\nHost: x\r\n`),
      raw(rig, 'POST'),
    ];
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect((await send()).status).toBe(200);
  });

  it('that breaks off leaves the server as it was', async () => {
    const { rig, path, send, done } = await rigFor('generic');
    const { port, hostname } = new URL(rig.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await once(socket, 'close');

    expect((await send()).status).toBe(200);
    expect(done.filter((act) => act.startsWith('signal'))).toHaveLength(1);
  });
});

it('tells nobody its token, the path or what was sent', async () => {
  const { send, log, path } = await rigFor('gitlab');
  const canary = '{"object_kind":"CANARY-of-the-body"}';
  await send(canary, { 'x-gitlab-token': TOKEN, 'x-gitlab-event': 'Push Hook' });
  await send(canary, { 'x-gitlab-token': `${TOKEN}x` });
  await send('CANARY-of-the-body', { 'x-gitlab-token': TOKEN });

  expect(log()).toContain('webhook accepted');
  expect(log()).toContain('a webhook was refused');
  expect(log()).not.toContain('CANARY');
  expect(log()).not.toContain(path);
});

import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createFence, type Fence } from '../../../../../activities/fence.ts';
import { type Pass, startGateway } from '../../../../../activities/helm/run/gateway.ts';
import type { ForwardedAnswer, ForwardedRequest, KubeClient } from '../../../../../activities/kube/client.ts';
import { KubeUnreachableError } from '../../../../../activities/kube/errors.ts';

const place = { storageNamespace: 'storage', releaseNamespace: 'apps', releaseName: 'web' };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Seen extends Omit<ForwardedRequest, 'body'> {
  readonly text: string;
}

/** A gateway in front of an API server that answers so. */
async function gateway(answer: (request: Seen) => Partial<ForwardedAnswer>, fence: Fence = openFence()) {
  const seen: Seen[] = [];
  const kube = {
    discovery: {},
    forward: async ({ body, ...request }: ForwardedRequest) => {
      const text = Buffer.isBuffer(body) ? body.toString() : await textOf(body ?? Readable.from([]));
      seen.push({ ...request, text });
      return {
        status: 200,
        headers: JSON_TYPE,
        body: bytes('{}'),
        ...answer({ ...request, text }),
      };
    },
  } as unknown as KubeClient;
  const started = await startGateway(fence);
  onTestFinished(() => started.close());
  return { issue: () => started.issue({ ...place, kube }), seen };
}

/** As a body comes over the wire. */
function bytes(text: string): Readable {
  return Readable.from([Buffer.from(text)]);
}

function openFence(): Fence {
  const fence = createFence();
  onTestFinished(() => fence.close());
  return fence;
}

interface Asking extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** As Go's clients do it. */
function ask(pass: Pass, path: string, init: Asking = {}): Promise<Response> {
  const { username, password, origin } = new URL(pass.url);
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return fetch(origin + path, {
    ...init,
    headers: { Authorization: `Basic ${credentials}`, ...init.headers },
  });
}

test('a pass lends our way to the API server, and none of what helm says of itself', async () => {
  const { issue, seen } = await gateway(() => ({ status: 201, body: bytes('{"ok":true}') }));

  const response = await ask(issue(), '/apis/apps/v1/namespaces/apps/deployments?fieldManager=helm', {
    method: 'POST',
    body: '{"kind":"Deployment"}',
    headers: {
      'Content-Type': 'application/json',
      'Impersonate-User': 'system:admin',
      'Impersonate-Group': 'system:masters',
      'X-Forwarded-For': '10.0.0.1',
    },
  });

  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ ok: true });
  expect(seen).toMatchObject([
    {
      method: 'POST',
      path: '/apis/apps/v1/namespaces/apps/deployments?fieldManager=helm-controller',
      text: '{"kind":"Deployment"}',
      isWatch: false,
    },
  ]);
  expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual([
    'accept',
    'accept-encoding',
    'content-length',
    'content-type',
    'user-agent',
  ]);
});

test.for<[string, (pass: Pass) => Asking['headers'] & object]>([
  ['no token', () => ({ Authorization: '' })],
  ['a wrong token', () => ({ Authorization: `Basic ${Buffer.from('helm:x').toString('base64')}` })],
  ['the token as a bearer', ({ url }) => ({ Authorization: `Bearer ${new URL(url).password}` })],
])('%s is refused', async ([, headersOf]) => {
  const { issue, seen } = await gateway(() => ({}));
  const pass = issue();

  const response = await ask(pass, '/version', { headers: headersOf(pass) });

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
  expect(seen).toEqual([]);
});

test('a revoked pass opens nothing, and what it has open breaks off', async () => {
  const { issue, seen } = await gateway(() => ({ body: new PassThrough() }));
  const pass = issue();
  const other = issue();
  const watch = await ask(pass, '/api/v1/namespaces/apps/pods?watch=true');

  pass.revoke();

  await expect(watch.text()).rejects.toThrow('terminated');
  expect(seen[0]?.signal.aborted).toBe(true);
  expect((await ask(pass, '/version')).status).toBe(401);
  expect((await ask(other, '/api/v1/namespaces/apps/pods?watch=true')).status).toBe(200);
});

test('a watch is passed on event by event, and ends with who reads it', async () => {
  const events = new PassThrough();
  const { issue, seen } = await gateway(() => ({ body: events }));
  const gone = new AbortController();

  const response = await ask(issue(), '/api/v1/pods?watch=true', { signal: gone.signal });
  const reader = response.body?.getReader();
  events.write('{"type":"ADDED"}\n');
  const first = await reader?.read();
  events.write('{"type":"DELETED"}\n');
  const second = await reader?.read();
  gone.abort();

  expect([first, second].map((part) => Buffer.from(part?.value ?? []).toString())).toEqual([
    '{"type":"ADDED"}\n',
    '{"type":"DELETED"}\n',
  ]);
  const { signal, isWatch } = seen[0] as Seen;
  expect(isWatch).toBe(true);
  if (!signal.aborted) await once(signal, 'abort');
});

test('a record goes to the storage namespace, and its version is remembered once it is there', async () => {
  const { issue, seen } = await gateway(({ text }) => ({ status: text.includes('v4') ? 409 : 201 }));
  const pass = issue();
  const create = (name: string, type: string) =>
    ask(pass, '/api/v1/namespaces/apps/secrets', {
      method: 'POST',
      body: JSON.stringify({ kind: 'Secret', type, metadata: { name } }),
    });

  await create('sh.helm.release.v1.web.v3', 'helm.sh/release.v1');
  await create('sh.helm.release.v1.web.v4', 'helm.sh/release.v1');
  await create('sh.helm.release.v1.web.v5', 'Opaque');
  await create('sh.helm.release.v1.other.v6', 'helm.sh/release.v1');
  await ask(pass, '/api/v1/namespaces/apps/secrets/sh.helm.release.v1.web.v2', { method: 'PUT', body: '{}' });
  await ask(pass, '/api/v1/namespaces/apps/secrets/sh.helm.release.v1.web.v1', { method: 'DELETE' });

  expect(seen.map(({ path }) => path.split('/')[4])).toEqual([
    'storage',
    'storage',
    'apps',
    'apps',
    'storage',
    'storage',
  ]);
  expect([...pass.seen.written]).toEqual([3, 2]);
});

test('a void attempt reads on, and writes nothing', async () => {
  const fence = openFence();
  const states = { isVoid: false };
  const { issue, seen } = await gateway(() => ({}), {
    ...fence,
    assertMayWrite: () => {
      if (states.isVoid) throw new Error('the attempt is void');
    },
  });
  const pass = issue();
  const write = () => ask(pass, '/api/v1/namespaces/apps/configmaps/web', { method: 'PATCH', body: '{}' });
  expect((await write()).status).toBe(200);

  states.isVoid = true;
  const refused = await write();
  const read = await ask(pass, '/version');

  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ message: 'the attempt is void' });
  expect(pass.seen.voided.reason).toMatchObject({ message: 'the attempt is void' });
  expect(read.status).toBe(200);
  expect(seen.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
});

test('the fence is asked about the attempt that the pass was issued in', async () => {
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const attempts = new AsyncLocalStorage<string>();
  const asked: unknown[] = [];
  const { issue } = await gateway(() => ({}), {
    ...openFence(),
    assertMayWrite: () => void asked.push(attempts.getStore()),
  });
  const pass = attempts.run('the first', issue);

  await attempts.run('another', () => ask(pass, '/api/v1/namespaces/apps', { method: 'DELETE' }));

  expect(asked).toEqual(['the first']);
});

test.for<[string, () => Partial<ForwardedAnswer>, number, readonly string[]]>([
  [
    'a server that cannot be reached',
    () => {
      throw new KubeUnreachableError('https://k8s', new Error('connect ECONNREFUSED'));
    },
    503,
    ['the API server at https://k8s cannot be reached: connect ECONNREFUSED'],
  ],
  [
    'a busy server, whose patience goes on',
    () => ({ status: 429, headers: { 'retry-after': '3' }, body: bytes('Too many requests') }),
    429,
    ['Too many requests'],
  ],
  [
    'a webhook that cannot be reached',
    () => ({
      status: 500,
      headers: JSON_TYPE,
      body: bytes('{"message":"failed calling webhook","reason":"InternalError"}'),
    }),
    500,
    ['failed calling webhook'],
  ],
  [
    'a field that no schema knows, which is a verdict',
    () => ({
      status: 500,
      headers: JSON_TYPE,
      body: bytes('{"message":"failed to create typed patch object (x)"}'),
    }),
    500,
    [],
  ],
  ['a refusal', () => ({ status: 403, headers: JSON_TYPE }), 403, []],
])('tells of %s', async ([, answer, status, outages]) => {
  const { issue } = await gateway(answer);
  const pass = issue();

  const response = await ask(pass, '/api/v1/namespaces/apps/configmaps/web', { method: 'PUT', body: '{}' });

  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe(status === 429 ? '3' : null);
  expect([...pass.seen.outages]).toEqual(outages);
});

test('an answer that breaks off is an outage', async () => {
  const { issue } = await gateway(() => ({
    body: Readable.from(
      (function* () {
        yield Buffer.from('{"items":[');
        throw new Error('other side closed');
      })(),
    ),
  }));
  const pass = issue();

  const response = await ask(pass, '/api/v1/namespaces/apps/pods');

  await expect(response.text()).rejects.toThrow('terminated');
  expect([...pass.seen.outages]).toEqual(['other side closed']);
});

test('helm sees of an OpenAPI document what it reads there, and the server is asked once', async () => {
  const patch = {
    operationId: 'patchDeployment',
    parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
    'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    responses: { 200: { description: 'OK' } },
  };
  const document = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes' },
    paths: { '/apis/apps/v1/deployments': { get: {}, patch }, '/apis/apps/v1/': { get: {} } },
    components: { schemas: { Deployment: { description: 'x'.repeat(1000) } } },
  };
  const { issue, seen } = await gateway(() => ({ body: bytes(JSON.stringify(document)) }));
  const pass = issue();
  const path = '/openapi/v3/apis/apps/v1?hash=0123456789ABCDEF&timeout=32s';

  const [first, second] = await Promise.all([
    ask(pass, path).then((response) => response.json()),
    ask(issue(), path).then((response) => response.json()),
  ]);
  const third = await (await ask(pass, path)).json();
  const index = await (await ask(pass, '/openapi/v3')).json();

  expect(first).toEqual({
    openapi: '3.0.0',
    info: { title: 'Kubernetes' },
    paths: {
      '/apis/apps/v1/deployments': {
        patch: {
          parameters: [{ name: 'fieldValidation', in: 'query' }],
          'x-kubernetes-group-version-kind': patch['x-kubernetes-group-version-kind'],
        },
      },
    },
    components: {},
  });
  expect([second, third]).toEqual([first, first]);
  expect(index).toEqual(document);
  expect(seen).toHaveLength(2);
});

test('paths that no act needs are refused', async () => {
  const { issue, seen } = await gateway(() => ({}));

  const response = await ask(issue(), '/api/v1/namespaces/apps/pods/web/exec?command=sh', { method: 'POST' });

  expect(response.status).toBe(403);
  expect(seen).toEqual([]);
});

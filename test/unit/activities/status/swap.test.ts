import { expect, it } from 'vitest';
import { TakenOverError } from '../../../../activities/fence.ts';
import type { KubeClient } from '../../../../activities/kube/client.ts';
import { KubeError } from '../../../../activities/kube/errors.ts';
import { parseObject } from '../../../../activities/observe/object.ts';
import { swapStatus } from '../../../../activities/status/swap.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import type { Kustomization, KustomizationStatus } from '../../../../api/kustomization.ts';
import { Kind } from '../../../../api/object-ref.ts';

const REF = { kind: 'Kustomization', namespace: 'apps', name: 'app' } as const;

function status(revision: string, ...names: readonly string[]): KustomizationStatus {
  const entries = names.map((name) => ({ id: `apps_${name}__ConfigMap`, v: 'v1' }));
  return { lastAttemptedRevision: revision, inventory: { entries } };
}

function object(resourceVersion: string, some: KustomizationStatus): Kustomization {
  return parseObject(Kind.Kustomization, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'app', namespace: 'apps', uid: 'u', generation: 1, resourceVersion },
    spec: { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'home' } },
    status: some,
  } as unknown as KubeObject);
}

/** An API server with one object, that compares resource versions as the real one does. */
function serverWith(stored: Kustomization) {
  let now = stored;
  let patches = 0;
  const kube: Pick<KubeClient, 'get' | 'patch'> = {
    get: async () => now as unknown as KubeObject,
    patch: async (_target, patch) => {
      patches += 1;
      const { metadata, status: changes } = patch as {
        metadata: { resourceVersion: string };
        status: object;
      };
      if (metadata.resourceVersion !== now.metadata.resourceVersion)
        throw new KubeError(409, { message: 'the object has been modified' });
      now = object(`${Number(metadata.resourceVersion) + 1}`, { ...now.status, ...changes });
      return now as unknown as KubeObject;
    },
  };
  return { kube: kube as KubeClient, stored: () => now, patches: () => patches };
}

const OURS = object('1', status('r1', 'a'));
const AHEAD = status('r2', 'a', 'b');

it('writes in one request where nobody else has written, and returns what is there then', async () => {
  const server = serverWith(OURS);

  const after = await swapStatus(server.kube, REF, OURS, AHEAD);

  expect(server.patches()).toBe(1);
  expect(after).toEqual(server.stored());
  expect(after.metadata.resourceVersion).toBe('2');
});

it('sends nothing where nothing differs', async () => {
  const server = serverWith(OURS);

  expect(await swapStatus(server.kube, REF, OURS, status('r1', 'a'))).toBe(OURS);

  expect(server.patches()).toBe(0);
});

it.each([
  { name: 'somebody edited the object', there: object('7', status('r1', 'a')) },
  { name: 'its own answer was lost', there: object('7', AHEAD) },
])('goes on when $name', async ({ there }) => {
  const server = serverWith(there);

  await swapStatus(server.kube, REF, OURS, AHEAD);

  expect(server.stored().status).toMatchObject(AHEAD);
});

it.each([
  { name: 'another inventory', there: object('7', status('r1', 'a', 'theirs')) },
  { name: 'another revision', there: object('7', status('r3', 'a')) },
])('leaves $name alone', async ({ there }) => {
  const server = serverWith(there);

  await expect(swapStatus(server.kube, REF, OURS, AHEAD)).rejects.toBeInstanceOf(TakenOverError);

  expect(server.stored()).toBe(there);
});

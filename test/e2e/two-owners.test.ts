import { expect, test } from 'vitest';
import { inventoryNames } from '../support/drill.ts';
import { configMap, type FluxHome, fluxHome, POLL } from '../support/flux.ts';

// Flux lets the second one's prune delete what the first still holds, or leaves an object that nobody knows: which
// one it is depends on the order (fluxcd/kustomize-controller#1724).

const SHARED = configMap('shared', { from: 'git' });
const OWN = { 'one/own.yaml': configMap('own-one'), 'two/own.yaml': configMap('own-two') };

async function twoOwners(): Promise<FluxHome> {
  const home = await fluxHome({ files: { ...OWN, 'one/shared.yaml': SHARED, 'two/shared.yaml': SHARED } });
  await home.kustomization('one', { path: './one' });
  await home.ready('Kustomization', 'one');
  await home.kustomization('two', { path: './two' });
  await home.ready('Kustomization', 'two');
  return home;
}

/** Removes the object from directories at once, and waits until both have done what they do. */
async function removeFrom(home: FluxHome, ...directories: readonly string[]): Promise<void> {
  const files = Object.fromEntries(directories.map((directory) => [`${directory}/shared.yaml`, undefined]));
  const revision = await home.push(files);
  await home.request('GitRepository', 'home');
  for (const name of ['one', 'two'])
    if (await home.find('Kustomization', name)) await home.ready('Kustomization', name, revision);
}

async function isHeldBySomebody(home: FluxHome): Promise<boolean> {
  const found = await Promise.all(['one', 'two'].map((name) => home.find('Kustomization', name)));
  return found.some(
    (object) => object?.kind === 'Kustomization' && inventoryNames(object).includes('shared'),
  );
}

// The last to apply it has its labels.
test.for([
  { name: 'first from the one that has the labels', order: ['two', 'one'] },
  { name: 'first from the one that has not', order: ['one', 'two'] },
])(
  'an object of two owners goes when both have dropped it, $name',
  async ({ order: [first = '', second = ''] }) => {
    const home = await twoOwners();

    await removeFrom(home, first);
    expect(await home.live('ConfigMap', 'shared')).toBeDefined();
    expect(await isHeldBySomebody(home)).toBe(true);
    await removeFrom(home, second);
    // Whoever was left with it deletes it at its next turn.
    for (const name of ['one', 'two']) await home.reconcile('Kustomization', name);

    expect(await home.live('ConfigMap', 'shared')).toBeUndefined();
    expect(await isHeldBySomebody(home)).toBe(false);
  },
);

test('an object that two owners drop at once goes as well', async () => {
  const home = await twoOwners();

  await removeFrom(home, 'one', 'two');
  expect(await isHeldBySomebody(home)).toBe((await home.live('ConfigMap', 'shared')) !== undefined);
  for (const name of ['one', 'two']) await home.reconcile('Kustomization', name);

  expect(await home.live('ConfigMap', 'shared')).toBeUndefined();
  expect(await isHeldBySomebody(home)).toBe(false);
});

test('an object of two owners outlives the one that is deleted, and belongs to the other', async () => {
  const home = await twoOwners();

  await home.delete('Kustomization', 'two');
  await expect.poll(() => home.find('Kustomization', 'two'), POLL).toBeUndefined();
  expect(await home.live('ConfigMap', 'shared')).toMatchObject({
    metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'one' } },
  });
  await removeFrom(home, 'one');

  expect(await home.live('ConfigMap', 'shared')).toBeUndefined();
});

test('two owners of one object are told of each other', async () => {
  const home = await twoOwners();

  const { namespace } = home;
  await expect
    .poll(() => home.events('Kustomization', 'two'), POLL)
    .toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        metadata: expect.objectContaining({
          annotations: { 'kustomize.toolkit.fluxcd.io/revision': expect.stringMatching(/^main@sha1:/) },
        }),
        message: `ConfigMap/${namespace}/shared belongs to Kustomization/${namespace}/one as well: each overwrites what the other applies; remove it from one of them`,
      }),
    );
});

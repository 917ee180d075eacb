import { expect, it } from 'vitest';
import { failed, transient } from '../../../../activities/failures.ts';
import { createAskForArtifact, openOrAsk } from '../../../../activities/fetch/ask-for-artifact.ts';
import { Kind, type ObjectRef } from '../../../../api/object-ref.ts';
import { Reason } from '../../../../api/reasons.ts';

const source: ObjectRef = { kind: Kind.HelmRepository, namespace: 'apps', name: 'charts' };

it('asks a source once, however many miss its artifact at a time', async () => {
  const requests: unknown[] = [];
  const ask = createAskForArtifact({ request: async (ref, trigger) => void requests.push([ref, trigger]) });

  await Promise.all([ask(source), ask(source), ask({ ...source, name: 'others' })]);

  expect(requests).toEqual([
    [source, 'Artifact'],
    [{ ...source, name: 'others' }, 'Artifact'],
  ]);
});

it.each([
  {
    name: 'an artifact that nobody serves',
    error: transient(Reason.ArtifactFailed, 'gone'),
    asked: [source],
  },
  { name: 'one that is refused for what it is', error: failed(Reason.ArtifactFailed, 'links'), asked: [] },
  { name: 'a failure of something else', error: transient(Reason.ChartPullError, 'away'), asked: [] },
  { name: 'a bug', error: new TypeError('no'), asked: [] },
])('asks for $name: $asked.length', async ({ error, asked }) => {
  const seen: ObjectRef[] = [];
  const opened = openOrAsk(
    async (ref) => void seen.push(ref),
    source,
    () => Promise.reject(error),
  );

  await expect(opened).rejects.toBe(error);
  expect(seen).toEqual(asked);
});

it('asks for nothing that is there', async () => {
  const seen: ObjectRef[] = [];

  await expect(
    openOrAsk(
      async (ref) => void seen.push(ref),
      source,
      async () => '/there',
    ),
  ).resolves.toBe('/there');
  expect(seen).toEqual([]);
});

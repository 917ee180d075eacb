import { expect, it } from 'vitest';
import type { KubeClient } from '../../../../activities/kube/client.ts';
import {
  createEventRecorder,
  type EventInput,
  type EventOutbox,
} from '../../../../activities/status/events.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

const metadata = { namespace: 'apps', name: 'web', uid: 'u' };
const object = { apiVersion: 'image.toolkit.fluxcd.io/v1', kind: 'ImagePolicy', metadata };
const EVENT: EventInput = { object, type: 'Normal', reason: 'Succeeded', message: 'done' };

function recorder(outbox?: EventOutbox) {
  const written: KubeObject[] = [];
  const kube = {
    create: async (body: KubeObject) => void written.push(body),
    patch: async (_target: unknown, patch: KubeObject) => void written.push(patch),
  } as unknown as KubeClient;
  const errors: unknown[] = [];
  const events = createEventRecorder({
    kube,
    onError: (error) => void errors.push(error),
    now: () => new Date('2026-11-22T12:00:00Z'),
    ...(outbox && { outbox }),
  });
  return { events, written };
}

it('an event is recorded once it is kept for those whom Alerts tell', async () => {
  const kept = Promise.withResolvers<boolean>();
  const put: EventInput[] = [];
  const { events, written } = recorder({
    put(event) {
      put.push(event);
      return kept.promise;
    },
  });
  let isRecorded = false;

  const recording = events.record(EVENT).then(() => (isRecorded = true));
  await events.flush();
  expect([put, isRecorded]).toEqual([[EVENT], false]);
  kept.resolve(true);
  await recording;

  expect(written).toMatchObject([
    {
      reason: 'Succeeded',
      source: { component: 'image-reflector-controller' },
      involvedObject: { name: 'web' },
    },
  ]);
});

it('one that cannot be kept fails the step, and readers of the cluster have it all the same', async () => {
  const { events, written } = recorder({ put: () => Promise.reject(new Error('Temporal is away')) });

  await expect(events.record(EVENT)).rejects.toThrow('Temporal is away');

  await events.flush();
  expect(written).toHaveLength(1);
});

it('a repetition is counted on the first', async () => {
  const { events, written } = recorder();

  await events.record(EVENT);
  await events.flush();
  await events.record(EVENT);
  await events.flush();

  expect(written).toMatchObject([{ count: 1 }, { count: 2 }]);
});

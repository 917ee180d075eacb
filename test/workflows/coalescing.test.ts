import { expect, it } from 'vitest';
import { Trigger } from '../../workflows/messages.ts';
import { readyKustomization } from '../support/fake-activities.ts';
import { timelineOf } from '../support/history.ts';
import { paused } from '../support/pause.ts';
import { sendFromMany } from '../support/senders.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

it('a thousand requests while a run fetches lead to one more pass of the same run', async () => {
  const fetching = paused(async (input: { readonly generation: number }) => ({
    ms,
    attempt: { generation: input.generation },
    unchanged: false,
    artifact: { url: '', path: '', digest: '', revision: 'r2', lastUpdateTime: '' },
  }));
  const object = rig.gitRepository({ fetchGitRepository: fetching.step });
  const run = await object.request(Trigger.Spec);
  await fetching.reached;

  const { runs } = await sendFromMany(object, { senders: 20, each: 50 });
  fetching.letGo();

  expect(runs).toEqual(new Set([run]));
  expect((await object.end(run)).passes.map(({ trigger }) => trigger)).toEqual(['Spec', 'Request']);
  expect(object.count('fetchGitRepository')).toBe(2);
});

it('a thousand requests while a local step runs lead to few more passes, and to no other run', async () => {
  const applying = paused(async () => ({
    ms,
    checked: 4,
    created: 0,
    configured: 0,
    changes: [],
    stale: 0,
  }));
  const object = rig.kustomization({ applyKustomization: applying.step });
  const run = await object.request(Trigger.Spec);
  await applying.reached;

  const { runs } = await sendFromMany(object, { senders: 20, each: 50 });
  applying.letGo();

  expect(runs).toEqual(new Set([run]));
  const { passes } = await object.end(run);
  // The tasks that a signal met run again and read it at once, so that mostly there is one pass for all.
  expect(passes.length).toBeLessThanOrEqual(2);
});

it('none of 600 requests from six senders is lost, and no two runs of the object overlap', async () => {
  let inside = 0;
  let overlaps = 0;
  const object = rig.kustomization({
    observeKustomization: async (input) => {
      if (inside++ > 0) overlaps += 1;
      return readyKustomization(input);
    },
    settleKustomization: async () => {
      inside -= 1;
      return { ms, message: 'done' };
    },
  });

  const { runs } = await sendFromMany(object, { senders: 6, each: 100 });

  const ends = await Promise.all([...runs].map((run) => object.end(run)));
  const timelines = await Promise.all([...runs].map((run) => timelineOf(object.handle(run))));
  expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'COMPLETED'));
  expect(overlaps).toBe(0);
  expect(timelines.flatMap(({ signals }) => signals)).toHaveLength(600);
  // In each run a pass began after the last signal that the run was given.
  for (const timeline of timelines) {
    expect(timeline.signals.at(-1)).toBeLessThan(timeline.marks('observeKustomization').at(-1) ?? 0);
  }
});

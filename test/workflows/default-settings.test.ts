import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRuns } from '../../client/runs.ts';
import { Trigger } from '../../workflows/messages.ts';
import { sendFromMany } from '../support/senders.ts';
import { ownTemporal } from '../support/temporal-setup.ts';
import { CLUSTER, type TemporalAddress, workflowRig } from '../support/workflow-rig.ts';

/** A Temporal of somebody else: nothing is set, so an id that starts twice within a second is refused for a while. */
const DEFAULTS = {
  'history.workflowIdReuseMinimalInterval': '"1s"',
  'history.maximumBufferedEventsBatch': '100',
  'history.transferProcessorMaxPollRPS': '20',
  'history.timerProcessorMaxPollRPS': '20',
  'history.visibilityProcessorMaxPollRPS': '20',
  'worker.schedulerNamespaceStartWorkflowRPS': '30',
};

let temporal: TemporalAddress & { stop(): Promise<void> };
beforeAll(async () => {
  temporal = await ownTemporal(DEFAULTS);
});
afterAll(() => temporal.stop());
const rig = workflowRig({ temporal: () => temporal });

it('objects are reconciled again and again within a second', async () => {
  const object = rig.kustomization();

  for (let run = 0; run < 5; run++) expect((await object.run(Trigger.Source)).status).toBe('COMPLETED');
});

it('senders are not stalled', async () => {
  const object = rig.kustomization();

  const { runs, slowestMs } = await sendFromMany(object, { senders: 6, each: 50 });
  const ends = await Promise.all([...runs].map((run) => object.end(run)));

  expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'COMPLETED'));
  // The SDK's own back-off would have stalled one for five seconds and more.
  expect(slowestMs).toBeLessThan(4_000);
});

it('an appointment is replaced within a second', async () => {
  const object = rig.kustomization();
  const runs = createRuns(rig.client, CLUSTER);

  for (let round = 0; round < 3; round++) await runs.retryIn(object.ref, 3_600_000);

  const { status } = await rig.client.workflow.getHandle(`${object.id}/retry`).describe();
  expect(status.name).toBe('RUNNING');
});

import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suspend, Trigger } from '../../workflows/messages.ts';
import { ARTIFACT } from '../support/fake-activities.ts';
import { ownTemporal } from '../support/temporal-setup.ts';
import { untilCancelled } from '../support/until-cancelled.ts';
import { type TemporalAddress, workflowRig } from '../support/workflow-rig.ts';

const ms = 1;
let temporal: TemporalAddress & { stop(): Promise<void> };
beforeAll(async () => {
  // Usually after four thousand events.
  temporal = await ownTemporal({ 'limit.historyCount.suggestContinueAsNew': '10' });
});
afterAll(() => temporal.stop());

let watches = 0;
const rig = workflowRig({
  temporal: () => temporal,
  async watchCluster() {
    watches += 1;
    if (watches === 1) throw new Error('the connection was reset');
    // As when a person ends it with `temporal activity fail`: no retry policy helps.
    if (watches === 2) throw ApplicationFailure.nonRetryable('not now');
    if (watches > 8) await untilCancelled();
  },
});

describe('a run whose history has grown long', () => {
  it('hands all that was asked to the next one', async () => {
    const fetching = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const object = rig.gitRepository({
      fetchGitRepository: async ({ generation }) => {
        fetching.resolve();
        await letGo.promise;
        return {
          ms,
          attempt: { generation },
          unchanged: false,
          artifact: { ...ARTIFACT, lastUpdateTime: '' },
        };
      },
    });
    const run = await object.request(Trigger.Spec);
    await fetching.promise;

    for (let sent = 0; sent < 10; sent++) await object.request(Trigger.Source);
    await object.tell({ signal: suspend, request: { by: 'ada' }, trigger: Trigger.Suspend });
    letGo.resolve();

    const { passes } = await object.end();
    const first = await object.handle(run).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    expect(passes[0]).toMatchObject({ trigger: 'Suspend' });
    expect(object.inputOf('suspendObject')).toEqual({ ref: object.ref, by: 'ada' });
    const { searchAttributes } = await object.handle().describe();
    expect(searchAttributes).toMatchObject({ PawlName: [object.ref.name], PawlTrigger: ['Spec'] });
  });
});

describe('the watch', () => {
  it('survives failures of its activity, and continues as new', async () => {
    const handle = await rig.client.workflow.start('watch', {
      workflowId: 'test/watch',
      taskQueue: rig.taskQueue,
      args: [{ cluster: 'test' }],
    });

    await expect.poll(() => watches, { timeout: 30_000, interval: 50 }).toBeGreaterThan(8);

    const first = await rig.client.workflow.getHandle('test/watch', handle.firstExecutionRunId).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    expect((await rig.client.workflow.getHandle('test/watch').describe()).status.name).toBe('RUNNING');
  });
});

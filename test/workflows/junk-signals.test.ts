import { describe, expect, it } from 'vitest';
import { untilCancelled } from '../support/until-cancelled.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();

/** What a person can type into the Temporal UI. */
const junk: readonly { readonly payload: unknown }[] = [
  { payload: 'now, please' },
  { payload: null },
  { payload: 42 },
  { payload: true },
  { payload: ['x'] },
  { payload: { reason: 7, by: { name: 'ada' }, forMs: 'an hour' } },
  { payload: { forMs: -1 } },
  { payload: { forMs: 1e300 } },
  { payload: { ref: { kind: 'Kustomization', namespace: 'kube-system', name: 'another' } } },
];

describe('a hand-made signal with junk in it counts, without the junk', () => {
  it.concurrent.each(junk)('$payload', async ({ payload }) => {
    for (const [signal, step] of [
      ['requestReconcile', 'observeKustomization'],
      ['suspend', 'suspendObject'],
      ['resume', 'resumeObject'],
    ] as const) {
      const object = rig.kustomization();
      const handle = await rig.client.workflow.signalWithStart('kustomization', {
        workflowId: object.id,
        taskQueue: rig.taskQueue,
        args: [{ ref: object.ref }],
        signal,
        signalArgs: [payload],
      });

      expect((await object.end(handle.signaledRunId)).status).toBe('COMPLETED');
      expect(object.steps).toContain(step);
      expect(object.calls[0]?.input).toEqual({ ref: object.ref });
    }
  });

  it.each(junk.slice(0, 4))('cancel with $payload ends the run', async ({ payload }) => {
    const fetching = Promise.withResolvers<void>();
    const object = rig.gitRepository({
      fetchGitRepository: () => {
        fetching.resolve();
        return untilCancelled();
      },
    });
    const run = await object.request();
    await fetching.promise;

    await object.handle().signal('cancel', payload);

    expect((await object.end(run)).failure?.type).toBe('HealthCheckCanceled');
  });
});

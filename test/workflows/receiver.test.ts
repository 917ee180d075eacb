import { describe, expect, it } from 'vitest';
import { failed, stalled } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { Trigger } from '../../workflows/messages.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

interface Path {
  readonly name: string;
  readonly fakes?: Partial<Activities>;
  readonly steps: readonly (keyof Activities)[];
  readonly outcome: string;
}

const PATHS: readonly Path[] = [
  {
    name: 'makes its path known',
    steps: ['observeReceiver', 'settleReceiver'],
    outcome: 'Succeeded',
  },
  {
    name: 'does nothing while it is suspended',
    fakes: { observeReceiver: async () => ({ ms, state: 'Suspended', message: 'suspended' }) },
    steps: ['observeReceiver', 'settleSuspended'],
    outcome: 'Suspended',
  },
  {
    name: 'lets go of a deleted one',
    fakes: { observeReceiver: async () => ({ ms, state: 'Deleting' }) },
    steps: ['observeReceiver', 'releaseObject'],
    outcome: 'Deleted',
  },
  {
    name: 'forgets one that is gone',
    fakes: { observeReceiver: async () => ({ ms, state: 'Gone' }) },
    steps: ['observeReceiver', 'forgetObject'],
    outcome: 'Gone',
  },
];

describe('a Receiver run', () => {
  it.concurrent.each(PATHS)('$name', async ({ fakes, steps, outcome }) => {
    const object = rig.object(Kind.Receiver, fakes);

    const { status, passes } = await object.run(Trigger.Config);

    expect(status).toBe('COMPLETED');
    expect(object.steps).toEqual(steps);
    expect(passes).toMatchObject([{ trigger: 'Config', outcome }]);
  });

  it.concurrent.each([
    ['without a token', failed(Reason.TokenNotFound, 'no token'), false],
    ['by an expression, as stalled', stalled(Reason.InvalidCELExpression, 'no CEL'), true],
  ])('fails %s', async (_name, failure, isStalled) => {
    const object = rig.object(Kind.Receiver, {
      observeReceiver: async () => {
        throw failure;
      },
    });

    const end = await object.run();

    expect(end.failure).toEqual({ type: failure.type, message: failure.message });
    expect(object.inputOf('settleReceiverFailure')).toMatchObject({
      ref: object.ref,
      reason: failure.type,
      message: failure.message,
      stalled: isStalled,
    });
  });
});

it('a run that a webhook asked for says so', async () => {
  const object = rig.gitRepository();

  expect((await object.run(Trigger.Webhook)).passes).toMatchObject([{ trigger: 'Webhook' }]);
});

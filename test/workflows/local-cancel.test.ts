import { Context } from '@temporalio/activity';
import { expect, it } from 'vitest';
import { cancel } from '../../workflows/messages.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();

it('a cancel ends a long apply between two writes, and the run waits for that end', async () => {
  const events: string[] = [];
  const applying = Promise.withResolvers<void>();
  const object = rig.kustomization({
    async applyKustomization() {
      applying.resolve();
      // A local step hears of a cancel when its task next reports to the server, some eight seconds on.
      await Context.current().cancelled.catch(() => undefined);
      events.push('apply ended');
      throw new Error('this operation was aborted');
    },
    async settleKustomizationFailure() {
      events.push('settled');
      return { ms: 1 };
    },
  });
  const run = await object.request();
  await applying.promise;

  await object.handle().signal(cancel, { by: 'ada' });

  const { failure } = await object.end(run);
  expect(failure).toEqual({ type: 'HealthCheckCanceled', message: 'the run was cancelled by ada' });
  expect(events).toEqual(['apply ended', 'settled']);
});

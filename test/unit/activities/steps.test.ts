import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { failed } from '../../../activities/failures.ts';
import { KubeError } from '../../../activities/kube/errors.ts';
import { activity } from '../../../activities/steps.ts';
import { Reason } from '../../../api/reasons.ts';

// Of all that steps need, the wrapper itself uses the fence alone.
const deps = { fence: { run: <T>(work: () => Promise<T>) => work() } } as unknown as Deps;

/** What a step that ends so looks like to the workflow. */
async function failureOf(error: Error): Promise<unknown> {
  const step = activity(deps, () => Promise.reject(error));
  return new MockActivityEnvironment().run(step, {}).catch((thrown: unknown) => thrown);
}

describe('an activity', () => {
  it('answers with what its step found and the time that it took', async () => {
    const step = activity(deps, async (_deps, input: { readonly n: number }) => ({ twice: input.n * 2 }));

    const result = await new MockActivityEnvironment().run(step, { n: 21 });

    expect(result).toEqual({ twice: 42, ms: expect.any(Number) });
  });

  it('hands its beats to Temporal', async () => {
    const environment = new MockActivityEnvironment({ isLocal: false });
    const beats: unknown[] = [];
    environment.on('heartbeat', (detail: unknown) => beats.push(detail));

    await environment.run(
      activity(deps, async (_deps, _input: object, { heartbeat }) => heartbeat('here')),
      {},
    );

    expect(beats).toEqual(['here']);
  });

  it('ends its step when the run drops it', async () => {
    const environment = new MockActivityEnvironment();
    const step = activity(deps, (_deps, _input: object, { signal }) => {
      environment.cancel();
      return signal.aborted ? Promise.resolve({ dropped: true }) : Promise.reject(new Error('goes on'));
    });

    expect(await environment.run(step, {})).toMatchObject({ dropped: true });
  });

  it.each([
    {
      name: 'a failure of the step as it is',
      error: failed(Reason.BuildFailed, 'app.yaml:3: no'),
      seen: { type: 'BuildFailed', message: 'app.yaml:3: no', nonRetryable: true },
    },
    {
      name: 'an API server that is busy as one that passes',
      error: new KubeError(503, { message: 'the server is busy' }),
      seen: { type: 'ReconciliationFailed', nonRetryable: false },
    },
    {
      name: 'a bug as one that is tried again',
      error: new TypeError('x is undefined'),
      seen: { type: 'ReconciliationFailed', message: 'x is undefined', nonRetryable: false },
    },
  ])('reports $name', async ({ error, seen }) => {
    const failure = await failureOf(error);

    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject(seen);
  });
});

import { describe, expect, it } from 'vitest';
import { failed, stalled, transient } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Reason } from '../../api/reasons.ts';
import { ARTIFACT, REVISION } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

interface Path {
  readonly name: string;
  readonly fakes?: Partial<Activities>;
  readonly steps: readonly (keyof Activities)[];
  readonly pass: object;
}

const completes: readonly Path[] = [
  {
    name: 'stores what it fetched',
    steps: ['observeGitRepository', 'fetchGitRepository', 'settleGitRepository'],
    pass: {
      outcome: 'Succeeded',
      revision: REVISION,
      message: `stored artifact for revision '${REVISION}'`,
      steps: ['observe', 'fetch', 'status'].map((name) => ({ name, ms })),
    },
  },
  {
    name: 'has nothing to do where the remote has nothing new',
    fakes: {
      fetchGitRepository: async () => ({
        ms,
        attempt: { generation: 2 },
        unchanged: true,
        artifact: { ...ARTIFACT, lastUpdateTime: '2026-11-22T12:00:00Z' },
      }),
    },
    steps: ['observeGitRepository', 'fetchGitRepository', 'settleGitRepository'],
    pass: { outcome: 'NothingToDo', revision: REVISION },
  },
  {
    name: 'fetches nothing while it is suspended',
    fakes: { observeGitRepository: async () => ({ ms, state: 'Suspended', message: 'suspended' }) },
    steps: ['observeGitRepository', 'settleSuspended'],
    pass: { outcome: 'Suspended' },
  },
  {
    name: 'removes the artifacts of a deleted object',
    fakes: { observeGitRepository: async () => ({ ms, state: 'Deleting' }) },
    steps: ['observeGitRepository', 'releaseObject'],
    pass: { outcome: 'Deleted' },
  },
  {
    name: 'forgets an object that is gone',
    fakes: { observeGitRepository: async () => ({ ms, state: 'Gone' }) },
    steps: ['observeGitRepository', 'forgetObject'],
    pass: { outcome: 'Gone' },
  },
  {
    name: 'gets over a transient failure without anybody seeing it',
    fakes: {
      fetchGitRepository: failsOnce(),
    },
    steps: ['observeGitRepository', 'fetchGitRepository', 'fetchGitRepository', 'settleGitRepository'],
    pass: { outcome: 'Succeeded' },
  },
];

describe('a GitRepository run that completes', () => {
  it.concurrent.each(completes)('$name', async ({ fakes, steps, pass }) => {
    const object = rig.gitRepository(fakes);

    const { status, passes } = await object.run('Interval');

    expect(status).toBe('COMPLETED');
    expect(object.steps).toEqual(steps);
    expect(passes).toEqual([expect.objectContaining({ trigger: 'Interval', ...pass })]);
  });
});

describe('a GitRepository run fails', () => {
  it.concurrent.each([
    {
      name: 'at an unknown branch',
      failure: failed(Reason.GitOperationFailed, "couldn't find remote ref 'refs/heads/nope'"),
      type: 'GitOperationFailed',
      isStalled: false,
      attempts: 1,
    },
    {
      name: 'at a URL that cannot be one, as stalled',
      failure: stalled(Reason.URLInvalid, "scheme 'gopher' is not supported"),
      type: 'URLInvalid',
      isStalled: true,
      attempts: 1,
    },
    {
      name: 'when the remote stays away',
      failure: transient(Reason.GitOperationFailed, 'connection refused', { retryAfterMs: 1 }),
      type: 'GitOperationFailed',
      isStalled: false,
      attempts: 3,
    },
  ])('$name', async ({ failure, type, isStalled, attempts }) => {
    const object = rig.gitRepository({
      fetchGitRepository: async () => {
        throw failure;
      },
    });

    const end = await object.run();

    expect(end.failure).toEqual({ type, message: failure.message });
    expect(end.passes).toMatchObject([{ outcome: type, message: failure.message }]);
    expect(object.count('fetchGitRepository')).toBe(attempts);
    expect(object.inputOf('settleSourceFailure')).toEqual({
      ref: object.ref,
      reason: type,
      message: failure.message,
      stalled: isStalled,
      ...(attempts > 1 && { mayPass: true }),
      attempt: { generation: 2 },
    });
  });
});

function failsOnce(): Activities['fetchGitRepository'] {
  let attempts = 0;
  return async () => {
    if (attempts++ === 0) throw transient(Reason.GitOperationFailed, 'reset by peer', { retryAfterMs: 1 });
    return {
      ms,
      attempt: { generation: 2 },
      unchanged: false,
      artifact: { ...ARTIFACT, lastUpdateTime: '2026-11-22T12:00:00Z' },
    };
  };
}

import { describe, expect, it } from 'vitest';
import { failed, stalled, transient } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { Reason } from '../../api/reasons.ts';
import { REVISION, readyKustomization } from '../support/fake-activities.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

const waits: Partial<Activities> = {
  observeKustomization: async (input) => readyKustomization(input, { checksHealth: true }),
  checkHealth: async () => ({ ms, healthy: false, current: 3, total: 4 }),
};

interface Failing {
  readonly name: string;
  readonly fakes: Partial<Activities>;
  readonly steps: readonly (keyof Activities)[];
  readonly type: string;
  readonly message: string;
  readonly settled: object;
}

const fails: readonly Failing[] = [
  {
    name: 'at a build that fails, at once',
    fakes: {
      buildKustomization: async () => {
        throw failed(Reason.BuildFailed, 'app/bad.yaml: line 3: mapping values are not allowed');
      },
    },
    steps: ['observeKustomization', 'buildKustomization', 'settleKustomizationFailure'],
    type: 'BuildFailed',
    message: 'app/bad.yaml: line 3: mapping values are not allowed',
    settled: { reason: 'BuildFailed', stalled: false, attempt: { generation: 3, revision: REVISION } },
  },
  {
    name: 'at a field that only a person can mend, as stalled',
    fakes: {
      observeKustomization: async () => {
        throw stalled(Reason.InvalidSpec, 'spec.interval: "1 hour" is not a duration');
      },
    },
    steps: ['observeKustomization', 'settleKustomizationFailure'],
    type: 'InvalidSpec',
    message: 'spec.interval: "1 hour" is not a duration',
    settled: { reason: 'InvalidSpec', stalled: true },
  },
  {
    name: 'when the health wait fails',
    fakes: {
      ...waits,
      awaitHealthy: async () => {
        throw failed(
          Reason.HealthCheckFailed,
          'timeout waiting for: [Deployment/apps/web status: InProgress]',
        );
      },
    },
    steps: [
      'observeKustomization',
      'buildKustomization',
      'applyKustomization',
      'checkHealth',
      'awaitHealthy',
      'settleKustomizationFailure',
    ],
    type: 'HealthCheckFailed',
    message: 'timeout waiting for: [Deployment/apps/web status: InProgress]',
    settled: { attempt: { digest: 'sha256:3333' } },
  },
  {
    name: 'when a transient failure does not pass',
    fakes: {
      applyKustomization: async () => {
        throw transient(Reason.ReconciliationFailed, 'the API server is away');
      },
    },
    steps: [
      'observeKustomization',
      'buildKustomization',
      ...Array.from({ length: 4 }, () => 'applyKustomization' as const),
      'settleKustomizationFailure',
    ],
    type: 'ReconciliationFailed',
    message: 'the API server is away',
    settled: { stalled: false },
  },
  {
    name: 'with a reason of the vocabulary whatever a step threw',
    fakes: {
      buildKustomization: async () => {
        throw failed('SomethingElse' as Reason, 'no word of ours');
      },
    },
    steps: ['observeKustomization', 'buildKustomization', 'settleKustomizationFailure'],
    type: 'ReconciliationFailed',
    message: 'no word of ours',
    settled: { reason: 'ReconciliationFailed' },
  },
];

describe('a Kustomization run fails', () => {
  it.concurrent.each(fails)('$name', async ({ fakes, steps, type, message, settled }) => {
    const object = rig.kustomization(fakes);

    const { status, failure, passes } = await object.run();

    expect(status).toBe('FAILED');
    expect(failure).toEqual({ type, message });
    expect(object.steps).toEqual(steps);
    expect(passes).toMatchObject([{ trigger: 'Request', outcome: type, message }]);
    expect(object.inputOf('settleKustomizationFailure')).toMatchObject({
      ref: object.ref,
      message,
      ...settled,
    });
  });

  it('and tells which step of which revision it was and how long it took', async () => {
    const object = rig.kustomization({
      buildKustomization: async () => {
        throw failed(Reason.BuildFailed, 'no');
      },
    });

    const { passes } = await object.run();

    expect(passes[0]?.steps.map(({ name }) => name)).toEqual(['observe', 'build']);
    expect(passes[0]?.revision).toBe(REVISION);
  });
});

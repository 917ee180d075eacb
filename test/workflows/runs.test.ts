import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failed } from '../../activities/failures.ts';
import { SearchAttribute } from '../../api/names.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { Trigger, WorkflowType } from '../../workflows/messages.ts';
import { ARTIFACT, REVISION } from '../support/fake-activities.ts';
import { paused } from '../support/pause.ts';
import { workflowRig } from '../support/workflow-rig.ts';

const rig = workflowRig();
const ms = 1;

async function attributesOf(id: string, run: string) {
  const { searchAttributes } = await rig.client.workflow.getHandle(id, run).describe();
  return Object.fromEntries(
    Object.values(SearchAttribute).map((name) => [name, searchAttributes[name]?.[0]]),
  );
}

describe('the search attributes of a run', () => {
  it('say of which object it is, why it began, and at its end what came of it', async () => {
    const object = rig.kustomization();

    const run = await object.request(Trigger.Source);
    await object.end(run);

    expect(await attributesOf(object.id, run)).toEqual({
      PawlKind: 'Kustomization',
      PawlNamespace: 'flux-system',
      PawlName: object.ref.name,
      PawlTrigger: 'Source',
      PawlRevision: REVISION,
      PawlOutcome: 'Succeeded',
    });
  });

  it('have the reason of a failure as the outcome, and no revision where none is known', async () => {
    const object = rig.kustomization({
      observeKustomization: async () => {
        throw failed(Reason.ArtifactFailed, 'GitRepository/flux-system/home not found');
      },
    });

    const run = await object.request();
    await object.end(run);

    expect(await attributesOf(object.id, run)).toMatchObject({
      PawlOutcome: 'ArtifactFailed',
      PawlRevision: undefined,
    });
  });

  it('have the revision at which a run failed', async () => {
    const object = rig.kustomization({
      buildKustomization: async () => {
        throw failed(Reason.BuildFailed, 'no');
      },
    });

    const run = await object.request();
    await object.end(run);

    expect(await attributesOf(object.id, run)).toMatchObject({
      PawlOutcome: 'BuildFailed',
      PawlRevision: REVISION,
    });
  });

  it('tell of what was done, also where a later pass found nothing left to do', async () => {
    let fetches = 0;
    const attempt = { generation: 1 };
    const artifact = { ...ARTIFACT, lastUpdateTime: '2026-11-22T12:00:00Z' };
    const fetching = paused(async () => ({ ms, attempt, unchanged: fetches++ > 0, artifact }));
    const object = rig.gitRepository({ fetchGitRepository: fetching.step });
    const run = await object.request(Trigger.Source);
    await fetching.reached;

    await object.request(Trigger.Request);
    fetching.letGo();
    const { passes } = await object.end(run);

    expect(passes.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'NothingToDo']);
    expect(await attributesOf(object.id, run)).toMatchObject({ PawlOutcome: 'Succeeded' });
  });

  it('are written by a run that somebody started by hand', async () => {
    const object = rig.gitRepository();

    const handle = await rig.client.workflow.start('gitRepository', {
      workflowId: object.id,
      taskQueue: rig.taskQueue,
      args: [{ ref: object.ref }],
    });
    await object.end(handle.firstExecutionRunId);

    expect(await attributesOf(object.id, handle.firstExecutionRunId)).toMatchObject({
      PawlKind: 'GitRepository',
      PawlName: object.ref.name,
      PawlTrigger: 'Manual',
      PawlOutcome: 'Succeeded',
    });
  });
});

describe('a reset', () => {
  it('runs a failed run again under the same id', async () => {
    let isMended = false;
    const object = rig.kustomization({
      buildKustomization: async () => {
        if (!isMended) throw failed(Reason.BuildFailed, 'no such file');
        return { ms, digest: 'sha256:3333', objects: 4 };
      },
    });
    const run = await object.request(Trigger.Source);
    expect((await object.end(run)).failure?.type).toBe('BuildFailed');

    isMended = true;
    const { events } = await object.handle(run).fetchHistory();
    const first = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    const { runId } = await rig.client.workflowService.resetWorkflowExecution({
      namespace: rig.client.options.namespace,
      workflowExecution: { workflowId: object.id, runId: run },
      reason: 'test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: first ?? null,
    });

    expect(runId).not.toBe(run);
    const { status, passes } = await object.end(runId);
    expect(status).toBe('COMPLETED');
    expect(passes).toMatchObject([{ trigger: 'Source', outcome: 'Succeeded' }]);
  });
});

describe('a start by hand with a wrong input fails and says so', () => {
  const wrong = [
    { name: 'nothing', args: [] },
    { name: 'null', args: [null] },
    { name: 'a text', args: ['flux-system/apps'] },
    { name: 'another kind', args: [{ ref: { kind: 'OCIRepository', namespace: 'a', name: 'b' } }] },
    {
      name: 'an inherited word as the kind',
      args: [{ ref: { kind: 'toString', namespace: 'a', name: 'b' } }],
    },
  ];
  const cases = Object.values(Kind).flatMap((kind) => [
    ...wrong.map((each) => ({ ...each, kind })),
    { name: 'no name', args: [{ ref: { kind, namespace: 'a' } }], kind },
  ]);

  it.each(cases)('$kind: $name', async ({ args, kind }) => {
    const object = rig.object(kind);
    const type = WorkflowType[kind];

    const handle = await rig.client.workflow.start(type, {
      workflowId: object.id,
      taskQueue: rig.taskQueue,
      args,
    });

    expect((await object.end(handle.firstExecutionRunId)).failure).toEqual({
      type: 'InvalidInput',
      message: `${type} takes {"ref": {"kind", "namespace", "name"}} with the kind that it reconciles`,
    });
  });

  it.each(['tick', 'resumeLater'])('%s', async (type) => {
    const handle = await rig.client.workflow.start(type, {
      workflowId: `junk-${randomUUID()}`,
      taskQueue: rig.taskQueue,
      args: [],
    });

    await expect(handle.result()).rejects.toThrow('Workflow execution failed');
  });
});

describe('the end of a run', () => {
  it('stays small however much there is to tell', async () => {
    const object = rig.kustomization({
      observeKustomization: async () => ({ ms, state: 'Deleting', timeoutMs: 60_000 }),
      finalizeKustomization: async () => ({ ms, message: 'Deployment/apps/web is left; '.repeat(20_000) }),
    });

    const { passes } = await object.run();

    expect(passes[0]?.message.length).toBe(2_001);
  });

  it('comes with a bug in the workflow code too, with a status', async () => {
    const object = rig.kustomization({
      // What no step returns: the code that reads it throws a TypeError.
      observeKustomization: async () => ({ ms, state: 'Ready' }) as never,
    });

    const { failure } = await object.run();

    expect(failure).toEqual({
      type: 'ReconciliationFailed',
      message: expect.stringContaining('the workflow code failed: ') as string,
    });
    expect(object.steps).toContain('settleKustomizationFailure');
  });

  it('says when the status could not be written, and the next run goes on', async () => {
    let isRefused = true;
    const object = rig.kustomization({
      buildKustomization: async () => {
        if (isRefused) throw failed(Reason.BuildFailed, 'no such file');
        return { ms, digest: 'sha256:3333', objects: 4 };
      },
      settleKustomizationFailure: async () => {
        throw failed(Reason.ReconciliationFailed, 'kustomizations "apps" is forbidden');
      },
    });

    const { failure } = await object.run();
    isRefused = false;
    const { status } = await object.run();

    expect(failure).toEqual({
      type: 'BuildFailed',
      message: 'no such file; the status could not be written: kustomizations "apps" is forbidden',
    });
    expect(status).toBe('COMPLETED');
  });
});

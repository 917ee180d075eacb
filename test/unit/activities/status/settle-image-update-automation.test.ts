import { describe, expect, it } from 'vitest';
import type { UpdatedBranch } from '../../../../activities/image/update/steps.ts';
import { pushedMessage } from '../../../../activities/status/image-update-automation-status.ts';
import {
  announceUpdate,
  settleImageUpdateAutomation,
} from '../../../../activities/status/settle-image-update-automation.ts';
import { type Condition, findCondition } from '../../../../api/conditions.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';
import { AUTOMATION_REF, automationObject, automationOf } from '../../../support/image-automation.ts';
import { settleRig } from '../../../support/settled.ts';

const AT = '2026-11-22T12:00:00Z';
const COMMIT = '3'.repeat(40);
const BASE = `main@sha1:${'1'.repeat(40)}`;
const POLICIES = { app: { name: 'registry.test/app', tag: '2' } };

const PUSHED = {
  commit: COMMIT,
  revision: `main@sha1:${COMMIT}`,
  refspecs: [],
  message: 'Update',
  at: '2026-11-22T11:59:59.900Z',
  isAdopted: false,
} as const;

const QUIET: UpdatedBranch = {
  attempt: { generation: 2 },
  policies: POLICIES,
  startedAt: '2026-11-22T11:59:58.900Z',
  revision: BASE,
  switched: false,
  branch: 'main',
  files: 0,
  changes: 0,
  problems: [],
  upToDate: true,
};

const UPDATED: UpdatedBranch = { ...QUIET, pushed: PUSHED, files: 1, changes: 1, upToDate: false };

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: AT,
  observedGeneration: 2,
});
const READY = condition('Ready', 'True', 'Succeeded', 'repository up-to-date');

async function settled(object: KubeObject, ...updates: readonly UpdatedBranch[]) {
  const { deps, stored, acts } = settleRig(object);
  let message = '';
  for (const updated of updates)
    ({ message } = await settleImageUpdateAutomation(deps, { ref: AUTOMATION_REF, updated }));
  const { kind, namespace, name } = AUTOMATION_REF;
  return { message, acts, status: stored.find(kind, namespace, name)?.['status'] };
}

describe('the status of an update', () => {
  it('tells what was pushed, for which policies, in one patch behind the event', async () => {
    const request = { annotations: { 'reconcile.fluxcd.io/requestedAt': 'later' } };
    const attempt = { generation: 2, requestedAt: 'now' };
    const object = automationObject({}, { metadata: request });

    const { status, acts, message } = await settled(object, { ...UPDATED, attempt });

    expect(status).toEqual({
      conditions: [READY],
      observedGeneration: 2,
      lastHandledReconcileAt: 'now',
      lastAutomationRunTime: '2026-11-22T11:59:58Z',
      observedPolicies: POLICIES,
      observedSourceRevision: PUSHED.revision,
      lastPushCommit: COMMIT,
      lastPushTime: '2026-11-22T11:59:59Z',
    });
    expect(message).toBe("pushed commit '3333333' to branch 'main'\nUpdate");
    expect(acts).toEqual([`Normal Succeeded: ${message}`, 'patch ImageUpdateAutomation']);
  });

  it('notes of a branch of its own what it stands on', async () => {
    const { status } = await settled(automationObject(), { ...UPDATED, switched: true, branch: 'updates' });

    expect(status).toMatchObject({ observedSourceRevision: BASE, lastPushCommit: COMMIT });
  });

  it('keeps the last push in a quiet interval, of which nobody is told', async () => {
    const { status, acts, message } = await settled(automationObject(), UPDATED, QUIET);

    expect(status).toMatchObject({ lastPushCommit: COMMIT, observedSourceRevision: BASE });
    expect(message).toBe('repository up-to-date');
    expect(acts.slice(2)).toEqual(['patch ImageUpdateAutomation']);
  });

  it('tells a push once, whoever finds it again', async () => {
    const adopted = { ...UPDATED, pushed: { ...PUSHED, isAdopted: true } };

    expect((await settled(automationObject(), adopted, adopted, UPDATED)).acts).toEqual([
      "Normal Succeeded: pushed commit '3333333' to branch 'main'\nUpdate",
      'patch ImageUpdateAutomation',
    ]);
  });

  it('forgets policies that are gone', async () => {
    const two = { ...QUIET, policies: { ...POLICIES, web: { name: 'registry.test/web', tag: '1' } } };

    const { status } = await settled(automationObject(), two, QUIET);

    expect(status).toMatchObject({ observedPolicies: POLICIES });
    expect((status as { observedPolicies: object }).observedPolicies).not.toHaveProperty('web');
  });

  it('ends what was wrong, and tells that', async () => {
    const conditions = [
      condition('Ready', 'False', 'GitOperationFailed', 'away'),
      condition('Reconciling', 'True', 'ProgressingWithRetry', 'away'),
      condition('Stalled', 'True', 'InvalidSourceConfiguration', 'no'),
    ];

    const { status, acts } = await settled(automationObject({}, { status: { conditions } }), QUIET);

    expect(status).toMatchObject({ conditions: [READY] });
    expect(acts).toEqual(['Normal Succeeded: repository up-to-date', 'patch ImageUpdateAutomation']);
  });

  it('names what was skipped, once', async () => {
    const skipped = { ...QUIET, problems: ['app.yaml does not parse', 'web.yaml: no such policy'] };
    const message = 'repository up-to-date; app.yaml does not parse; web.yaml: no such policy';

    const { status, acts } = await settled(automationObject(), skipped, skipped);

    expect(status).toMatchObject({ conditions: [{ ...READY, message }] });
    expect(acts).toEqual([`Normal Succeeded: ${message}`, 'patch ImageUpdateAutomation']);
  });

  it('is of the spec that was updated for', async () => {
    const object = automationObject({}, { metadata: { generation: 3 } });

    expect((await settled(object, UPDATED)).status).toMatchObject({ observedGeneration: 2 });
  });

  it('of what is gone is nobody’s', async () => {
    const { deps, acts } = settleRig();

    const { message } = await settleImageUpdateAutomation(deps, { ref: AUTOMATION_REF, updated: UPDATED });

    expect(message).toBe('the object is gone');
    expect(acts).toEqual([]);
  });
});

describe('a pull request', () => {
  const url = 'https://git.example.org/fleet/pulls/7';
  const failed = { state: 'failed', message: 'refused', mayPass: true } as const;

  it('that was opened is told beside the push', async () => {
    const { acts } = await settled(automationObject(), {
      ...UPDATED,
      pullRequest: { state: 'opened', number: 7, url },
    });

    expect(acts.slice(0, 2)).toEqual([
      "Normal Succeeded: pushed commit '3333333' to branch 'main'\nUpdate",
      `Normal Succeeded: opened pull request ${url}`,
    ]);
  });

  it.each([
    ['soon', failed, 750],
    ['when its server wants it', { ...failed, retryAfterMs: 90_000 }, 90_000],
  ])('that failed is tried again %s, and the push is told', async (_name, pullRequest, delay) => {
    const { acts, status } = await settled(automationObject(), { ...UPDATED, pullRequest });

    expect(status).toMatchObject({
      lastPushCommit: COMMIT,
      conditions: expect.arrayContaining([condition('Ready', 'False', 'PullRequestFailed', 'refused')]),
    });
    expect(acts).toEqual([
      "Normal Succeeded: pushed commit '3333333' to branch 'main'\nUpdate",
      'Warning PullRequestFailed: refused',
      'patch ImageUpdateAutomation',
      `retry in ${delay}`,
    ]);
  });
});

it.each([
  ['one branch', { refspecs: [] }, "pushed commit '3333333' to branch 'main'\nUpdate"],
  [
    'a refspec too',
    { refspecs: ['refs/heads/main:refs/heads/also'] },
    "pushed commit '3333333' to branch 'main' and refspecs 'refs/heads/main:refs/heads/also'\nUpdate",
  ],
  ['no message', { message: '' }, "pushed commit '3333333' to branch 'main'"],
])('a push to %s is told in the words of Flux', (_name, more, message) => {
  expect(pushedMessage({ branch: 'main', pushed: { ...PUSHED, ...more } })).toBe(message);
});

describe('the beginning of an update', () => {
  const asked = { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } };
  it.each([
    ['of a new object', {}, {}, 'processing object: new generation -1 -> 2'],
    ['of a new spec', {}, { observedGeneration: 1 }, 'processing object: new generation 1 -> 2'],
    ['that was asked for', asked, { observedGeneration: 2 }, 'reconciliation in progress'],
    ['that nobody waits for', {}, { observedGeneration: 2 }, undefined],
    ['that was asked for before', asked, { observedGeneration: 2, lastHandledReconcileAt: 'now' }, undefined],
  ])('%s is announced or not', async (_name, metadata, status, message) => {
    const { deps, stored } = settleRig(automationObject({}, { metadata, status }));

    await announceUpdate(deps, automationOf({}, { metadata, status }));

    const { kind, namespace, name } = AUTOMATION_REF;
    const after = stored.find(kind, namespace, name)?.['status'] as { conditions?: readonly Condition[] };
    expect(findCondition(after.conditions, 'Reconciling')?.message).toBe(message);
    expect(stored.writes).toHaveLength(message === undefined ? 0 : 1);
  });
});

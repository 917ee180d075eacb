import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { rememberSecret } from '../../../activities/redact.ts';
import { failure, settled, told } from '../../../activities/status/told.ts';
import { Reason } from '../../../api/reasons.ts';
import { createLog } from '../../../workers/log.ts';
import { writeTo } from '../../../workers/runtime.ts';

const ref = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' } as const;
const step = { signal: new AbortController().signal, heartbeat: () => undefined };

function openLog() {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  return { log, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('a line of the log', () => {
  it('tells of a pass that ended, as the lines of Flux do', async () => {
    const { log, entries } = openLog();
    const apply = told(async () => ({ message: 'Applied revision: main@sha1:1' }), settled);

    await apply({ log } as unknown as Deps, { ref }, step);

    expect(entries()).toEqual([
      {
        level: 'info',
        ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        controllerKind: 'Kustomization',
        name: 'apps',
        namespace: 'flux-system',
        msg: 'Applied revision: main@sha1:1',
      },
    ]);
  });

  it('is an error with its reason when the pass failed', async () => {
    const { log, entries } = openLog();
    const input = { ref, reason: Reason.BuildFailed, message: 'app.yaml:3: no', stalled: false };

    await told(async () => undefined, failure)({ log } as unknown as Deps, input, step);

    expect(entries()).toMatchObject([
      { level: 'error', name: 'apps', msg: 'reconciliation failed: BuildFailed', error: 'app.yaml:3: no' },
    ]);
  });

  it('is not written for a step that fails itself', async () => {
    const { log, entries } = openLog();
    const refused = told(() => Promise.reject(new Error('no')), settled);

    await expect(refused({ log } as unknown as Deps, { ref }, step)).rejects.toThrow('no');

    expect(entries()).toEqual([]);
  });

  it('keeps its form and hides credentials, however long it is', () => {
    const { log, entries } = openLog();
    rememberSecret('hunter2hunter2');

    log.warn({ error: `${'x'.repeat(3000)}hunter2hunter2`, name: 'apps' }, 'authorization: Basic aHVudGVy');

    const [entry] = entries();
    expect(entry).toMatchObject({ level: 'warn', name: 'apps', msg: 'authorization: Basic ***' });
    expect(JSON.stringify(entry)).not.toContain('hunter2');
  });
});

describe("a line of Temporal's", () => {
  it.each([
    ['default/Kustomization/flux-system/apps'],
    ['default/Kustomization/flux-system/apps/retry'],
    ['home.1/Kustomization/flux-system/apps/tick-2026-01-01T00:00:00Z'],
  ])('tells of which object the run %s is', (workflowId) => {
    const { log, entries } = openLog();

    writeTo(log)({
      level: 'WARN',
      message: 'Activity failed',
      meta: { workflowId, error: new Error('why') },
    });

    expect(entries()).toMatchObject([
      {
        level: 'warn',
        logger: 'temporal',
        error: 'why',
        controllerKind: 'Kustomization',
        name: 'apps',
        namespace: 'flux-system',
        msg: 'Activity failed',
      },
    ]);
  });

  it('has the id of any other workflow', () => {
    const { log, entries } = openLog();

    writeTo(log)({ level: 'ERROR', message: 'lost', meta: { workflowId: 'default/watch' } });

    expect(entries()).toMatchObject([{ level: 'error', workflowId: 'default/watch' }]);
  });

  it.each(['deliverEvent', 'deliverAtOnce'])('is left to the step where %s failed', (activityType) => {
    const { log, entries } = openLog();

    writeTo(log)({ level: 'WARN', message: 'Activity failed', meta: { activityType } });

    expect(entries()).toEqual([]);
  });
});

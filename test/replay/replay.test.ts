import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflowBundle } from '../../workers/bundle.ts';
import { CANARY, historyFiles, plainText, readHistory, workflowIdOf } from '../support/recorded-history.ts';
import { CASES } from './cases.ts';
import { HELM_CASES } from './helm-cases.ts';
import { IMAGE_CASES } from './image-cases.ts';
import { NOTIFICATION_CASES } from './notification-cases.ts';

const files = historyFiles();

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
});

describe('recorded runs replay with the workflow code of today', () => {
  it.each(files)('%s', async (file) => {
    const workflowBundle = await loadWorkflowBundle();

    const history = readHistory(file);

    const replayed = Worker.runReplayHistory({ workflowBundle }, history, workflowIdOf(history));
    await expect(replayed).resolves.toBeUndefined();
  });

  it('there is one of each workflow and path', () => {
    const names = new Set(files.map((file) => file.replace(/-\d{4}-\d{2}-\d{2}\.json$/, '')));
    const cases = [...CASES, ...HELM_CASES, ...IMAGE_CASES, ...NOTIFICATION_CASES];
    expect(cases.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('a change that runs in flight would not survive', () => {
  it('is found', async () => {
    const workflowsPath = join(import.meta.dirname, 'incompatible.ts');
    const quiet = new DefaultLogger('ERROR', () => undefined);
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: quiet });
    const file = files.find((name) => name.startsWith('kustomization-applied')) ?? '';

    await expect(Worker.runReplayHistory({ workflowBundle }, readHistory(file))).rejects.toMatchObject({
      name: 'DeterminismViolationError',
    });
  });
});

describe('a recorded history tells no secret and nothing of the machine', () => {
  it.each(files)('%s', (file) => {
    const text = plainText(readHistory(file));

    expect(text).not.toContain(CANARY);
    expect(text.match(/(?<![\w.:-])\/(home|root|tmp|work|var|Users|private)\/[\w./-]*/g) ?? []).toEqual([]);
  });
});

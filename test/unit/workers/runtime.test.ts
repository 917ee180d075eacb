import { Runtime } from '@temporalio/worker';
import { afterAll, expect, it } from 'vitest';
import { createLog } from '../../../workers/log.ts';
import { installRuntime } from '../../../workers/runtime.ts';

afterAll(() => Runtime.instance().shutdown());

it('a second worker in the process shares the runtime of the first, with its metrics', async () => {
  const log = createLog('error');
  const first = await installRuntime(log);

  expect(await installRuntime(log)).toEqual(first);

  expect(first.metricsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  expect((await fetch(first.metricsUrl ?? '')).status).toBe(200);
});

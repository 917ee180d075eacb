import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pawl } from '../../tools/pawl.ts';
import { temporaryFolder } from '../support/harness.ts';

it('the demo does what it says, twice on the same folder, and leaves nothing after a reset', async () => {
  const home = temporaryFolder();
  const dir = join(home, 'demo');
  const demo = (...flags: string[]) => pawl(['demo', '--dir', dir, ...flags], { XDG_STATE_HOME: home });

  const first = await demo('--exit');
  const second = await demo('--exit', '--no-story');
  const reset = await demo('--reset');

  const told =
    /✉ GitRepository[^]*RollbackSucceeded: Helm rollback to previous release apps\/recipes[^]*newTag: "42"[^]*every step did what it says/;
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(told) });
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('Up in') });
  expect(reset.code).toBe(0);
  expect(existsSync(dir)).toBe(false);
}, 400_000);

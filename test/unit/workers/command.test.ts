import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';

const BIN = join(import.meta.dirname, '../../../client/cli/bin.js');

it('a worker that cannot start says so and ends, although the SDK has threads', async () => {
  const args = [BIN, 'worker', '--data-dir', '/dev/null/data', '--temporal-address', '127.0.0.1:1'];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void worker.kill('SIGKILL'));

  const [said, [code]] = await Promise.all([text(worker.stderr), once(worker, 'exit')]);

  expect(said).toContain('/dev/null/data');
  expect(code).toBe(1);
}, 30_000);

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from '../../../tools/build-lock.ts';
import { startProcess } from '../../../tools/process.ts';

let dir: string;
const forever = 'setInterval(() => {}, 1000);';

function script(source: string) {
  const file = join(dir, 'child.mjs');
  writeFileSync(file, source);
  return { name: 'child', command: process.execPath, args: [file], logFile: join(dir, 'child.log') };
}

/** Another process, and the child that it started. */
async function startParent(source = forever) {
  const file = join(dir, 'parent.mts');
  const module = join(import.meta.dirname, '../../../tools/process.ts');
  writeFileSync(
    file,
    `import { startProcess } from ${JSON.stringify(module)};
     const child = await startProcess(${JSON.stringify(script(source))});
     console.log(child.pid); ${forever}`,
  );
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((done) =>
    parent.stdout.once('data', (text: Buffer) => done(Number(text.toString()))),
  );
  return { parent, pid };
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-process-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('startProcess', () => {
  it('shows the end of the log when the program ends before it is ready', async () => {
    const options = script(`console.error('port is taken'); process.exit(3);`);

    await expect(startProcess({ ...options, ready: () => Promise.resolve(false) })).rejects.toThrow(
      /child ended before it was ready; the end of .*\nport is taken/,
    );
  });

  it('gives up on a program that never gets ready, and stops it', async () => {
    const options = script(`console.error('pid', process.pid); ${forever}`);

    const error: unknown = await startProcess({
      ...options,
      ready: () => Promise.resolve(false),
      readyTimeoutMs: 300,
    }).catch((caught: unknown) => caught);

    expect(String(error)).toContain('was not ready after 0.3 s');
    expect(isAlive(Number(/pid (\d+)/.exec(String(error))?.[1] ?? process.pid))).toBe(false);
  });

  it('reports a program that does not exist', async () => {
    const options = { ...script(''), command: join(dir, 'nothing') };

    await expect(startProcess(options)).rejects.toThrow(/child: .*nothing cannot be started/);
  });

  it('kills what does not stop when asked', async () => {
    const ready = join(dir, 'ready');
    const child = await startProcess({
      ...script(
        `import { writeFileSync } from 'node:fs'; process.on('SIGTERM', () => {}); writeFileSync(${JSON.stringify(ready)}, ''); ${forever}`,
      ),
      ready: async () => (await import('node:fs')).existsSync(ready),
    });

    await child.stop(100);

    expect(child.isRunning()).toBe(false);
    expect(isAlive(child.pid)).toBe(false);
  });

  it('tells of a death that nobody asked for, and of no other', async () => {
    const deaths: string[] = [];
    const onDied = (error: Error) => void deaths.push(error.message);
    const crashing = await startProcess({ ...script(forever), onDied });
    const logFile = join(dir, 'other.log');
    const stopped = await startProcess({ ...script(forever), logFile, onDied });

    process.kill(crashing.pid, 'SIGKILL');
    await stopped.stop();

    await expect.poll(() => deaths).toHaveLength(1);
    expect(deaths[0]).toContain('child ended by itself (signal SIGKILL)');
  });

  it('ends what a killed parent left behind before it starts the same again', async () => {
    const { parent: started, pid } = await startParent();
    await expect(startProcess(script(forever))).rejects.toThrow(`already running (${pid})`);
    started.kill('SIGKILL');
    await new Promise((done) => started.once('close', done));

    const again = await startProcess(script(forever));

    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    await again.kill();
  });

  it('ends one that started itself anew with flags of its own, as a worker does', async () => {
    const marker = join(dir, 'again');
    const source = `
      import { writeFileSync } from 'node:fs';
      const { execPath, execArgv, argv, env } = process;
      const flag = '--max-semi-space-size=8';
      if (!execArgv.includes(flag)) process.execve(execPath, [execPath, flag, ...argv.slice(1)], env);
      writeFileSync(${JSON.stringify(marker)}, '');
      ${forever}`;
    const { parent: started, pid } = await startParent(source);
    await expect.poll(() => existsSync(marker), { timeout: 10_000 }).toBe(true);
    started.kill('SIGKILL');
    await new Promise((done) => started.once('close', done));

    const again = await startProcess(script(forever));

    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    await again.kill();
  });

  it('takes its children along when the parent is terminated', async () => {
    const { parent: started, pid } = await startParent();

    started.kill('SIGTERM');

    // Whoever adopts it may take a moment to reap it.
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

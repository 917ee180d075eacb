import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { canJail, jailed } from '../../../../activities/process/jail.ts';
import { limiter } from '../../../../activities/process/limits.ts';
import { operand } from '../../../../activities/process/operand.ts';
import { run } from '../../../../activities/process/run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function node(script: string, options: Partial<Parameters<typeof run>[1]> = {}) {
  return run([process.execPath, '-e', script], { cwd: folder, env: {}, timeoutMs: 20_000, ...options });
}

describe('run', () => {
  it('gives back the exit code and both streams', async () => {
    const result = await node(
      'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3',
    );

    expect({ ...result, stdout: result.stdout.toString() }).toEqual({
      code: 3,
      stdout: 'out',
      stderr: 'err',
    });
  });

  it('hands on the input and nothing of our environment', async () => {
    process.env['PAWL_TEST_LEAK'] = 'leaked';

    const result = await node(
      'process.stdin.pipe(process.stdout); console.error(JSON.stringify(process.env))',
      {
        input: 'hello',
        env: { ONLY: 'this' },
      },
    );

    expect(result.stdout.toString()).toBe('hello');
    expect(JSON.parse(result.stderr)).toEqual({ ONLY: 'this' });
  });

  it('kills the child and its children when the time is over', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const { writeFileSync } = require('node:fs');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      writeFileSync('grandchild', String(child.pid));
      setInterval(() => {}, 1000);`;

    await expect(node(script, { timeoutMs: 1_500 })).rejects.toMatchObject({ why: 'timeout' });

    const grandchild = Number(await readFile(join(folder, 'grandchild'), 'utf8'));
    await expect.poll(() => isRunning(grandchild)).toBe(false);
  });

  it('does not wait for what a child that ended has left behind', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref();
      process.exit(0);`;

    await expect(node(script)).resolves.toMatchObject({ code: 0 });
  });

  it('throws the reason of an abort', async () => {
    const controller = new AbortController();
    const running = node('console.log("up"); setInterval(() => {}, 1000)', { signal: controller.signal });

    controller.abort(new Error('a newer revision'));

    await expect(running).rejects.toThrow('a newer revision');
  });

  it('lets a child that is to stop end by itself, and waits for that', async () => {
    const script = `
      process.on('SIGTERM', () => { console.error('ending'); setTimeout(() => process.exit(0), 100); });
      console.error('up');
      setInterval(() => {}, 1000);`;
    const controller = new AbortController();
    const lines: string[] = [];
    const onStderrLine = (line: string) => {
      lines.push(line);
      if (line === 'up') controller.abort(new Error('a newer revision'));
    };

    const running = node(script, {
      signal: controller.signal,
      grace: { ms: 10_000, signal: 'SIGTERM' },
      onStderrLine,
    });

    await expect(running).rejects.toThrow('a newer revision');
    expect(lines).toEqual(['up', 'ending']);
  });

  it('lets a child that hears no signal come to its end', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const onStderrLine = (line: string) => {
      lines.push(line);
      controller.abort(new Error('a newer revision'));
    };

    const running = node('console.error("up"); setTimeout(() => console.error("done"), 100)', {
      signal: controller.signal,
      grace: { ms: 10_000 },
      onStderrLine,
    });

    await expect(running).rejects.toThrow('a newer revision');
    expect(lines).toEqual(['up', 'done']);
  });

  it('kills a child that does not stop when it is told to', async () => {
    const script = `
      process.on('SIGTERM', () => console.error('never'));
      console.error(process.pid);
      setInterval(() => {}, 1000);`;
    const controller = new AbortController();
    const lines: string[] = [];
    const onStderrLine = (line: string) => {
      lines.push(line);
      controller.abort(new Error('a newer revision'));
    };

    const running = node(script, {
      signal: controller.signal,
      grace: { ms: 300, signal: 'SIGTERM' },
      onStderrLine,
    });

    await expect(running).rejects.toThrow('a newer revision');
    expect(lines[1]).toBe('never');
    expect(isRunning(Number(lines[0]))).toBe(false);
  });

  it('hands on the last line also without its end', async () => {
    const lines: string[] = [];

    await node('process.stderr.write("one\\ntwo")', { onStderrLine: (line) => lines.push(line) });

    expect(lines).toEqual(['one', 'two']);
  });

  it('talks by two more pipes, and does not wait for what holds them', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const { readSync, writeSync } = require('node:fs');
      writeSync(3, 'question');
      const answer = Buffer.alloc(100);
      process.stdout.write(answer.subarray(0, readSync(4, answer)));
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: [0, 1, 2, 3, 4] }).unref();
      process.exit(0);`;

    const result = await node(script, {
      pipes: (third, fourth) => third.on('data', (asked) => fourth.write(`answer to ${asked}`)),
    });

    expect(result.stdout.toString()).toBe('answer to question');
  });

  it('drops what nobody wants to read', async () => {
    const script = 'process.stdout.write("x".repeat(50000))';

    const result = await node(script, { dropStdout: true, maxStdout: 10 });

    expect(result).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
  });

  it('stops a child that writes too much', async () => {
    const script = 'setInterval(() => process.stdout.write("x".repeat(10000)), 1)';

    await expect(node(script, { maxStdout: 50_000 })).rejects.toMatchObject({ why: 'output' });
  });

  it('keeps the end of a long standard error', async () => {
    const result = await node('process.stderr.write("x".repeat(100000) + "the end")');

    expect(result.stderr.length).toBe(64 * 1024);
    expect(result.stderr.endsWith('the end')).toBe(true);
  });

  it('says that a program does not exist', async () => {
    const missing = run([join(folder, 'nothing')], { cwd: folder, env: {}, timeoutMs: 5_000 });

    const outcome = await missing.then(
      ({ code }) => code,
      (error: unknown) => error,
    );

    // With setpriv in front it is that program which fails.
    expect(outcome === 127 || outcome instanceof Error).toBe(true);
  });

  it('refuses a program that PATH would have to find', async () => {
    await expect(run(['ls'], { cwd: folder, env: {}, timeoutMs: 5_000 })).rejects.toThrow('absolute path');
  });

  it.runIf(limiter('prlimit'))('limits memory and files where the machine can', async () => {
    const write = await node('require("node:fs").writeFileSync("big", "x".repeat(5000))', {
      limits: { fileBytes: 1000 },
    }).catch((error: unknown) => error);
    const script = 'const a = []; for (;;) a.push(Buffer.alloc(1e7, 1))';
    const grow = await node(script, { limits: { memoryBytes: 512 * 1024 * 1024 } }).catch(
      (error: unknown) => error,
    );

    expect(write).not.toMatchObject({ code: 0 });
    expect(grow).not.toMatchObject({ code: 0 });
  });

  it('shows a jailed child nothing but its directory', async ({ skip }) => {
    if (!(await canJail())) skip();

    // There is no program in it, so that nothing can run: the error proves what the child sees.
    const result = await run(jailed(folder, '/', ['/bin/sh']), { cwd: folder, env: {}, timeoutMs: 5_000 });

    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('/bin/sh');
  });
});

test.for([
  ['', 'is empty'],
  ['--upload-pack=x', 'may not start with "-"'],
  ['a\nb', 'holds control characters'],
  ['a\0b', 'holds control characters'],
] as const)('operand refuses %j', ([value, why]) => {
  expect(() => operand(value, 'the branch')).toThrow(`the branch ${why}`);
});

/** A zombie that nobody reaps, as in a container without an init, does not run. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

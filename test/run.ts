import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureTools } from '../tools/build.ts';
import { TOOL_NAMES } from '../tools/catalog.ts';
import { countTests, type Tally } from './support/tally.ts';

/** `npm test`: everything, from a fresh clone. Arguments go to vitest, and then only the tests that it picks run. */

const root = join(import.meta.dirname, '..');
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
};

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const CHECKS: readonly Check[] = [
  { name: 'format', command: ['biome', 'check', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
];

const tally: Tally = { passed: 0, failed: 0 };
const picked = process.argv.slice(2);

await ensureTools(TOOL_NAMES);
await count({ name: 'workflow bundle', command: [process.execPath, 'workers/bundle.ts'] });
if (picked.length === 0) for (const check of CHECKS) await count(check);
await countVitest();

console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

/** Counts a check as one test; its output is shown when it fails. */
async function count({ name, command }: Check): Promise<void> {
  const began = Date.now();
  const { code, output } = await run(command, 'keep');
  const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
  if (code === 0) tally.passed += 1;
  else tally.failed += 1;
  console.log(code === 0 ? `✓ ${name} (${took})` : `✗ ${name} (${took})\n${output}`);
}

async function countVitest(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'pawl-results-'));
  const file = join(dir, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await run(['vitest', 'run', ...reporters, ...picked], 'show');
    const counted = countTests(readResults(file), code);
    tally.passed += counted.passed;
    tally.failed += counted.failed;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readResults(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // It ended before it wrote them, and has said why.
    return undefined;
  }
}

function run(
  [program, ...args]: readonly [string, ...string[]],
  output: 'keep' | 'show',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done, failed) => {
    const stdio = output === 'keep' ? 'pipe' : 'inherit';
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', stdio, stdio] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    }
    child.once('error', failed).once('close', (code) => done({ code: code ?? 1, output: text }));
  });
}

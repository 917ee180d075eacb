import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, '..', '..', '..', 'activities', 'fault.ts');
const PROGRAM = `
  const { faultPoint } = await import(${JSON.stringify(MODULE)});
  for (const word of ['one', 'two', 'three']) {
    faultPoint('object.applied');
    console.log(word);
  }`;

function drill(fault: string | undefined) {
  const env = { ...process.env, ...(fault !== undefined && { PAWL_FAULT: fault }) };
  const { stdout, signal, status } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env,
    encoding: 'utf8',
  });
  return { words: stdout.trim().split('\n').filter(Boolean).length, signal, status };
}

it.each([
  { fault: undefined, words: 3, signal: null },
  { fault: '', words: 3, signal: null },
  { fault: 'applied', words: 3, signal: null },
  { fault: 'object.applied', words: 0, signal: 'SIGKILL' },
  { fault: 'object.applied:1', words: 0, signal: 'SIGKILL' },
  { fault: 'object.applied:3', words: 2, signal: 'SIGKILL' },
  { fault: 'object.applied:4', words: 3, signal: null },
])('PAWL_FAULT=$fault: $words passes, then $signal', ({ fault, words, signal }) => {
  expect(drill(fault)).toMatchObject({ words, signal });
});

it.each(['object.applied:0', 'object.applied:x', 'object.aplied', 'K4!'])(
  'refuses a drill that would never happen: %s',
  (fault) => {
    expect(drill(fault)).toMatchObject({ words: 0, status: 1 });
  },
);

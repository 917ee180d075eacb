import { expect, test } from 'vitest';
import { createMask } from '../../../../../activities/helm/mask.ts';
import { createSaid } from '../../../../../activities/helm/run/said.ts';
import { rememberSecret } from '../../../../../activities/redact.ts';

const AT = '2026-01-02T03:04:05.678Z';

function hear(lines: readonly string[], hide: readonly string[] = []) {
  const said = createSaid({ hide, now: () => new Date(AT) });
  for (const line of lines) said.hear(line);
  return said;
}

test.for([
  [
    'drops what the command line adds',
    ['Error: INSTALLATION FAILED: cannot reuse a name that is still in use'],
    'cannot reuse a name that is still in use',
  ],
  ['of an upgrade too', ['Error: UPGRADE FAILED: timed out'], 'timed out'],
  [
    'makes one sentence of several lines',
    ['Error: 2 errors occurred:', '\t* one', '', '\t* two', ''],
    '2 errors occurred: * one * two',
  ],
  [
    'skips logs, warnings and usage on the way',
    [
      'level=DEBUG msg="waiting"',
      'Warning: v1 ComponentStatus is deprecated',
      'Error: first line',
      'level=WARN msg="upgrade failed" name=web',
      'W1122 10:11:12.123456   123 warnings.go:70] unknown field',
      'second line',
      'Usage:',
    ],
    'first line second line',
  ],
  ['takes the last one', ['Error: a', 'Error: b'], 'b'],
  [
    'hides what means nothing elsewhere',
    ['Error: open /scratch/helm-1/values.json: no'],
    'open values.json: no',
  ],
  ['strips control characters', ['Error: a\u001b[31mred\u0007'], 'a [31mred '],
  ['knows when there is none', ['level=ERROR msg="not this"', 'nor this'], undefined],
] as const)('the error: %s', ([, lines, expected]) => {
  expect(hear(lines, ['/scratch/helm-1/']).error()).toBe(expected);
});

test.for([
  ['level=DEBUG msg="creating resource(s)" resources=4', 'creating resource(s): resources=4'],
  ['level=INFO msg=done', 'done'],
  ['level=WARN msg="said \\"no\\"" name=web', 'warning: said "no": name=web'],
  ['level=ERROR msg=failed error="x y"', 'error: failed: error="x y"'],
] as const)('the log: %s', ([line, expected]) => {
  expect(hear([line]).log()).toEqual([`${AT}: ${expected}`]);
});

test('the log keeps the last ten, and what is said again and again once', () => {
  const lines = Array.from({ length: 12 }, (_, i) => [`level=INFO msg=${i}`, `level=INFO msg=${i}`]).flat();

  expect(hear(lines).log()).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => `${AT}: ${i}`));
});

test('the log says nothing of our plugin', () => {
  const line = 'level=DEBUG msg="executing plugin command" pluginName=pawl command="/bin/sh -c"';

  expect(hear([line]).log()).toEqual([]);
});

test('secrets are in neither', () => {
  rememberSecret('hunter2hunter2');

  const said = hear(['level=INFO msg="set hunter2hunter2"', 'Error: bad value hunter2hunter2']);

  expect(said.log()).toEqual([`${AT}: set ***`]);
  expect(said.error()).toBe('bad value ***');
});

test('an error of any length ends somewhere', () => {
  const said = hear(['Error: x', ...Array.from({ length: 5000 }, () => 'y'.repeat(100))]);

  expect(said.error()?.length).toBeLessThan(3000);
});

test('what is masked is so wherever helm says it, and however it quotes it', () => {
  const mask = createMask(['it "is" a secret', '12345678']);
  const said = createSaid({ mask, now: () => new Date(AT) });
  said.hear(String.raw`level=ERROR msg="refused" error="Invalid value: \"it \\\"is\\\" a secret\""`);
  said.hear('Error: pin 1.2345678e+07 of it "is" a secret');

  expect(said.log()).toEqual([String.raw`${AT}: error: refused: error="Invalid value: \"***\""`]);
  expect(said.error()).toBe('pin *** of ***');
});

import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { hearLines } from '../../../../activities/process/lines.ts';

async function heard(chunks: readonly (string | Buffer)[], longest = 100): Promise<readonly string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  hearLines(stream, longest, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return lines;
}

const EURO = Buffer.from('€');

test.for<[string, readonly (string | Buffer)[], readonly string[]]>([
  ['in one piece', ['a\nb\n'], ['a', 'b']],
  ['in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
  ['with a last one that has no end', ['a\nb'], ['a', 'b']],
  ['that are empty', ['\n\na\n'], ['', '', 'a']],
  ['of Windows', ['a\r\nb\r', '\n'], ['a', 'b']],
  ['with a character in two pieces', [EURO.subarray(0, 1), EURO.subarray(1), '\n'], ['€']],
])('lines %s', async ([, chunks, expected]) => {
  expect(await heard(chunks)).toEqual(expected);
});

test('of a line that does not end only the beginning is kept, and the next one is heard', async () => {
  const piece = 'x'.repeat(1_000);

  expect(await heard([...Array.from({ length: 1_000 }, () => piece), '\nnext\n'], 10)).toEqual([
    'x'.repeat(10),
    'next',
  ]);
});

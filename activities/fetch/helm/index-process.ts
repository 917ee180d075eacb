import { createReadStream, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type CompactIndex, createIndexCollector, IndexError } from './index-collector.ts';
import { IndexScanner } from './index-scanner.ts';
import { collectWhole } from './index-whole.ts';

/** The first line that the process answers: of an index that is followed by its rows, or why it is none. */
export type IndexHead = Omit<CompactIndex, 'rows'> | { readonly refused: string };

// The YAML library takes a hundred times the text.
const LARGEST_WHOLE_YAML = 4 * 1024 * 1024;

async function read(file: string): Promise<CompactIndex> {
  const collector = createIndexCollector();
  if (await isJson(file)) {
    collectWhole(await readFile(file, 'utf8'), collector);
    return collector.finish();
  }
  try {
    await scan(file, new IndexScanner(collector));
    return collector.finish();
  } catch (error) {
    if (!(error instanceof IndexError) || (await stat(file)).size > LARGEST_WHOLE_YAML) throw error;
    const whole = createIndexCollector();
    collectWhole(await readFile(file, 'utf8'), whole);
    return whole.finish();
  }
}

async function scan(file: string, scanner: IndexScanner): Promise<void> {
  const input = createReadStream(file, { encoding: 'utf8' });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    scanner.line(line);
  scanner.end();
}

async function isJson(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { encoding: 'utf8', end: 1023 })) {
    return (chunk as string).trimStart().startsWith('{');
  }
  throw new IndexError('it is empty');
}

/** Writes the answer: a line of JSON, then the rows. */
async function answer(file: string): Promise<void> {
  try {
    const { rows, ...head } = await read(file);
    write(Buffer.from(`${JSON.stringify(head satisfies IndexHead)}\n`));
    write(rows);
  } catch (error) {
    const refused = refusalOf(error);
    write(Buffer.from(`${JSON.stringify({ refused } satisfies IndexHead)}\n`));
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof IndexError) return error.message;
  // A stack that overflows.
  if (error instanceof RangeError) return 'it is nested too deep, or its lines are too long';
  throw error;
}

/** A pipe takes as much as it has room for. */
function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(1, bytes, at);
  }
}

await answer(process.argv[2] ?? '');

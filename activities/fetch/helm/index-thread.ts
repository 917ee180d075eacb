import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parentPort, workerData } from 'node:worker_threads';
import { type CompactIndex, createIndexCollector, IndexError } from './index-collector.ts';
import { IndexScanner } from './index-scanner.ts';
import { collectWhole } from './index-whole.ts';

/** What the thread answers: an index, or why it is none. */
export type IndexThreadAnswer = { readonly index: CompactIndex } | { readonly refused: string };

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

async function answer(file: string): Promise<IndexThreadAnswer> {
  try {
    return { index: await read(file) };
  } catch (error) {
    if (error instanceof IndexError) return { refused: error.message };
    throw error;
  }
}

parentPort?.postMessage(await answer(workerData as string));

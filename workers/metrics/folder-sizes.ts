import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Size {
  readonly bytes: number;
  readonly files: number;
}

/** Sizes by the name of the folder. */
export type Sizes = Readonly<Record<string, Size>>;

/** Milliseconds; tests shorten them. */
export interface MeasureTimes {
  /** How long a measurement holds. */
  readonly hold: number;
  /** How long who asks waits for a new one; then there is the last. */
  readonly patience: number;
}

const TIMES: MeasureTimes = { hold: 60_000, patience: 1_000 };
// A walk through many files leaves the disk and the loop to others in between.
const AT_ONCE = 64;

/** Measures the folders in `dir` when somebody asks, once a minute at most, and one walk at a time. */
export function createFolderSizes(dir: string, some: Partial<MeasureTimes> = {}): () => Promise<Sizes> {
  const times = { ...TIMES, ...some };
  let last: Sizes = {};
  let measuredAt = Number.NEGATIVE_INFINITY;
  let walk: Promise<void> | undefined;

  async function measure(): Promise<void> {
    last = await sizesOf(dir);
    measuredAt = performance.now();
    walk = undefined;
  }
  return async () => {
    if (performance.now() - measuredAt < times.hold) return last;
    walk ??= measure();
    await Promise.race([walk, sleep(times.patience, undefined, { ref: false })]);
    return last;
  };
}

async function sizesOf(dir: string): Promise<Sizes> {
  const sizes: Record<string, Size> = {};
  for (const entry of await entriesOf(dir))
    if (entry.isDirectory()) sizes[entry.name] = await sizeOf(join(dir, entry.name));
  return sizes;
}

async function sizeOf(folder: string): Promise<Size> {
  let bytes = 0;
  let files = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const paths: string[] = [];
    for (const entry of await entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) paths.push(path);
    }
    files += paths.length;
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const found = await Promise.all(paths.slice(from, from + AT_ONCE).map(bytesOf));
      bytes += found.reduce((sum, size) => sum + size, 0);
    }
  }
  return { bytes, files };
}

/** What goes while it is looked at counts as nothing. */
async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

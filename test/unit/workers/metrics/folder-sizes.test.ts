import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFolderSizes } from '../../../../workers/metrics/folder-sizes.ts';
import { temporaryFolder } from '../../../support/harness.ts';

it('counts the files of each folder with those below it, and their bytes', async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'artifacts', 'deep', 'deeper'), { recursive: true });
  mkdirSync(join(dir, 'mirrors'));
  writeFileSync(join(dir, 'artifacts', 'one'), 'x'.repeat(10));
  writeFileSync(join(dir, 'artifacts', 'deep', 'deeper', 'two'), 'x'.repeat(5));
  writeFileSync(join(dir, 'lock'), 'of nobody');

  const sizes = createFolderSizes(dir, { patience: 20_000 });

  expect(await sizes()).toEqual({ artifacts: { bytes: 15, files: 2 }, mirrors: { bytes: 0, files: 0 } });
});

it('walks once for all who ask at once, and again when that is too long ago', async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'artifacts'));
  const held = createFolderSizes(dir, { patience: 20_000 });
  const fresh = createFolderSizes(dir, { patience: 20_000, hold: 0 });
  await Promise.all([held(), held(), fresh()]);
  writeFileSync(join(dir, 'artifacts', 'late'), 'x');

  expect(await held()).toEqual({ artifacts: { bytes: 0, files: 0 } });
  expect(await fresh()).toEqual({ artifacts: { bytes: 1, files: 1 } });
});

it('a folder that is not there has no sizes', async () => {
  expect(await createFolderSizes(join(temporaryFolder(), 'nowhere'), { patience: 20_000 })()).toEqual({});
});

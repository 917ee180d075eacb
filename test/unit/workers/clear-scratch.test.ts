import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { clearScratch } from '../../../workers/clear-scratch.ts';
import { temporaryFolder } from '../../support/harness.ts';

test('what attempts of a killed worker have left goes, and all else stays', async () => {
  const dataDir = temporaryFolder();
  const left = [
    'tmp/git-1/askpass',
    'scratch/build-1/helm/helm-output.yaml',
    'scratch/copy-1/kustomize',
    'helm/helm-1/values.json',
    'indexes/index-1',
  ];
  const kept = ['scratch/kustomize-0123', 'artifacts/a.tar.gz', 'mirrors/m/HEAD', 'lock'];
  for (const path of [...left, ...kept]) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true });
    writeFileSync(join(dataDir, path), 'password');
  }

  await clearScratch(dataDir);

  expect([...left, ...kept].filter((path) => existsSync(join(dataDir, path)))).toEqual(kept);
});

test('there may be nothing to remove', async () => {
  await expect(clearScratch(join(temporaryFolder(), 'none'))).resolves.toBeUndefined();
});

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startControlPlane } from '../../tools/control-plane.ts';
import { startWorker } from '../../tools/worker.ts';
import { configMap, fluxHome } from '../support/flux.ts';
import { pawlFor, sharedStack, temporaryFolder } from '../support/harness.ts';

// Each step of each run may land in a wrong cluster.
const OBJECTS = ['one', 'two', 'three', 'four', 'five', 'six'];

test('two clusters share a Temporal namespace, and neither does the work of the other', async () => {
  const dir = temporaryFolder();
  const other = await startControlPlane({ dir: join(dir, 'kubernetes'), nodes: false });
  onTestFinished(() => other.kill());
  const stack = { ...sharedStack(), kubeconfig: other.kubeconfigPath };
  const pawl = pawlFor(stack);
  expect(await pawl(['install'])).toMatchObject({ code: 0 });
  const worker = await startWorker({ ...stack, dir: join(dir, 'worker'), cluster: 'other' });
  onTestFinished(() => worker.kill());

  const files = Object.fromEntries(OBJECTS.map((name) => [`${name}/map.yaml`, configMap(name)]));
  const home = await fluxHome({ stack, files });
  for (const name of OBJECTS) await home.kustomization(name, { path: `./${name}` });

  for (const name of OBJECTS) await home.ready('Kustomization', name);
  const check = await pawl(['check', '--cluster', 'other']);
  expect(check.stderr + check.stdout).toContain('1 worker polls the task queue pawl/other');
  const runs = await pawl(['runs', '-A', '--cluster', 'other']);
  expect(runs.stdout).toContain('kustomization/one');
  expect(runs.stdout).not.toContain('Gone');
  const log = join(dir, 'worker', 'worker.log');
  const told = await pawl(['logs', '--file', log, '-A', '--kind', 'Kustomization', '--name', 'one']);
  expect(told.stdout).toContain('- Applied revision: main@sha1:');
});

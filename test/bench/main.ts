import { parseArgs } from 'node:util';
import { createKubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { startStack } from '../support/stack.ts';
import { measureAlerts } from './alerts.ts';
import { measureHooks } from './hooks.ts';
import { measureImages } from './images.ts';
import { measureLargeIndex } from './large-index.ts';
import { measureFanOut, measurePushes } from './pushes.ts';
import { measureReleases } from './releases.ts';
import { printTable, type Row } from './report.ts';
import { prepare, type Rig } from './rig.ts';
import { measureSync } from './sync.ts';

/**
 * `npm run bench`: the figures of the engine on the embedded control plane, each beside the bare loop of the same run,
 * so that they compare between machines.
 */
const USAGE = `Usage: npm run bench [-- OPTIONS]

  --parts sync,pushes,helm,index,images,alerts,hooks  what is measured; all of it by default
  --counts 100,1000                                   how many Kustomizations, for sync
  --releases 10,50,100                                how many HelmReleases, for helm`;

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'sync,pushes,helm,index,images,alerts,hooks' },
    counts: { type: 'string', default: '100,1000' },
    releases: { type: 'string', default: '10,50,100' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}

const each = (counts: string, measure: (rig: Rig, count: number) => Promise<readonly Row[]>) =>
  counts.split(',').map((count) => (rig: Rig) => measure(rig, Number(count)));
const PARTS: Readonly<Record<string, readonly ((rig: Rig) => Promise<readonly Row[]>)[]>> = {
  sync: each(values.counts, measureSync),
  pushes: [async (rig) => [...(await measurePushes(rig)), ...(await measureFanOut(rig, 50))]],
  helm: each(values.releases, measureReleases),
  index: [(rig) => measureLargeIndex(rig, 50)],
  images: [(rig) => measureImages(rig, 200)],
  alerts: [(rig) => measureAlerts(rig, 100)],
  hooks: [measureHooks],
};

const rows: Row[] = [];
for (const part of values.parts.split(',')) {
  const measures = PARTS[part];
  if (measures === undefined) throw new Error(`there is no part ${part}; see npm run bench -- --help`);
  for (const measure of measures) rows.push(...(await withRig(measure)));
}
printTable(rows);

/** A fresh cluster, Temporal and worker for each measurement, so that none pays for another's leftovers. */
async function withRig<T>(measure: (rig: Rig) => Promise<T>): Promise<T> {
  const stack = await startStack();
  const kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
  try {
    const rig = await prepare(stack, kube);
    const measured = await measure(rig);
    await rig.end();
    return measured;
  } finally {
    await kube.close();
    await stack.stop();
  }
}

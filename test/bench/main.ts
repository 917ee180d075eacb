import { parseArgs } from 'node:util';
import { createKubeClient } from '../../activities/kube/client.ts';
import { loadKubeAccess } from '../../activities/kube/config.ts';
import { startStack } from '../support/stack.ts';
import { measureFanOut, measurePushes } from './pushes.ts';
import { printTable, type Row } from './report.ts';
import { prepare, type Rig } from './rig.ts';
import { measureSync } from './sync.ts';

/**
 * `npm run bench [-- --counts 100,1000]`: the figures of the engine on the embedded control plane, each beside the
 * bare loop of the same run, so that they compare between machines.
 */
const { values } = parseArgs({ options: { counts: { type: 'string', default: '100,1000' } } });
const counts = values.counts.split(',').map(Number);

const rows: Row[] = [];
for (const count of counts) {
  await withRig(async (rig) => {
    rows.push(...(await measureSync(rig, count)));
  });
}
await withRig(async (rig) => {
  rows.push(...(await measurePushes(rig)), ...(await measureFanOut(rig, 50)));
});
printTable(rows);

/** A fresh cluster, Temporal and worker for each measurement, so that none pays for another's leftovers. */
async function withRig(measure: (rig: Rig) => Promise<unknown>): Promise<void> {
  const stack = await startStack();
  const kube = createKubeClient(loadKubeAccess({ kubeconfig: stack.kubeconfig }));
  try {
    const rig = await prepare(stack, kube);
    await measure(rig);
    await rig.end();
  } finally {
    await kube.close();
    await stack.stop();
  }
}

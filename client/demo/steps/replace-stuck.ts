import { sampleFile } from '../repository.ts';
import type { Scene, Step } from '../story.ts';

const PHOTOS = 'clusters/home/apps/photos.yaml';
const WAIT_MS = 3_000;
// The timeout of apps is three minutes: a fix that waited for it would take longer than this.
const AT_ONCE_MS = 20_000;

/** A fix need not wait until the health check of what it fixes gives up. */
export const replaceStuck: Step = {
  title: 'A fix overtakes a health check that waits',
  why: 'The new pods fit no node, so the health check of apps would wait for its three minutes.',
  async tell(scene) {
    const unschedulable = sampleFile(PHOTOS).replace(
      '      automountServiceAccountToken: false\n',
      '      automountServiceAccountToken: false\n      nodeSelector:\n        disk: nvme\n',
    );
    const stuck = await scene.act('git push: photos wants a node with disk=nvme', () =>
      scene.push('Photos on fast disks', { [PHOTOS]: unschedulable }),
    );
    await scene.see('Deployment photos is applied', async () => hasSelector(scene, true));
    await scene.seeAllAlong(
      'Kustomization apps waits: not ready, no timeout yet',
      async () => (await scene.cluster.appliedAt('apps', stuck)) === undefined,
      WAIT_MS,
    );

    const fixed = await scene.act('git push: any node will do', () =>
      scene.push('Photos anywhere', { [PHOTOS]: sampleFile(PHOTOS) }),
    );
    await scene.see('Deployment photos is applied', async () => hasSelector(scene, false), AT_ONCE_MS);
    await scene.see('Kustomization apps is ready', () => scene.cluster.appliedAt('apps', fixed), AT_ONCE_MS);
  },
};

async function hasSelector(scene: Scene, wanted: boolean): Promise<boolean> {
  const deployment = await scene.cluster.deployment('photos');
  return deployment !== undefined && 'disk' in deployment.nodeSelector === wanted;
}

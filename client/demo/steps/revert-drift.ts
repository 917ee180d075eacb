import type { Scene, Step } from '../story.ts';

const WANTED = 2;
const EDITED = 5;

/** Somebody scales the notes app by hand. */
export async function scaleByHand(scene: Scene): Promise<void> {
  await scene.act(`kubectl -n apps scale deployment notes --replicas=${EDITED}`, () =>
    scene.cluster.scale('notes', EDITED),
  );
}

/** Whether the edit is still there. */
export async function isScaledByHand(scene: Scene): Promise<boolean> {
  return (await scene.cluster.deployment('notes'))?.replicas === EDITED;
}

/** Whether the app is as Git says. */
export async function isAsInGit(scene: Scene): Promise<boolean> {
  return (await scene.cluster.deployment('notes'))?.replicas === WANTED;
}

/** An edit in the cluster is reverted at the interval. */
export const revertDrift: Step = {
  title: 'An edit by hand is reverted',
  why: 'The interval of apps is 10 s here: its check finds the drift and starts a run.',
  async tell(scene) {
    await scaleByHand(scene);

    await scene.see(`Deployment notes is back at ${WANTED} replicas`, () => isAsInGit(scene));
  },
};

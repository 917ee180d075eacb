import type { Scene, Step } from '../story.ts';
import { newerRecipes, RECIPES_FILE, seeHistory } from './upgrade-release.ts';

const BEFORE = '64Mi';
// More than the node has.
const TOO_MUCH = '64Gi';

/** An upgrade that fails is undone, tried again as often as the spec says, and then left alone. */
export const rollBackRelease: Step = {
  title: 'An upgrade that fails is rolled back',
  why: 'Its timeout is 4 s and its retries are 1 here: two attempts, each with a rollback, then only a change helps.',
  async tell(scene) {
    await scene.act(`git push: each pod of recipes asks for ${TOO_MUCH} of memory`, () =>
      scene.push('Memory for recipes', { [RECIPES_FILE]: newerRecipes().replace(BEFORE, TOO_MUCH) }),
    );

    await seeCondition(scene, 'Ready', 'UpgradeFailed');
    await seeCondition(scene, 'Remediated', 'RollbackSucceeded');
    await seeCondition(scene, 'Stalled', 'RetriesExceeded');
    await scene.see(`Deployment recipes is as before: 2 of 2 pods run, with ${BEFORE}`, async () => {
      const deployment = await scene.cluster.deployment('recipes');
      return deployment?.memory === BEFORE && deployment.readyReplicas === deployment.replicas;
    });
    await seeHistory(scene, (history) => history.at(-1)?.status === 'deployed');
  },
};

type Told = readonly ['Ready' | 'Remediated' | 'Stalled', string];

async function seeCondition(scene: Scene, ...[type, reason]: Told): Promise<void> {
  await scene.see(
    (message: string) => `${type} says ${reason}: ${message}`,
    async () => {
      const told = await scene.cluster.release('recipes', type);
      return told?.reason === reason && told.message;
    },
  );
}

import type { Step } from '../story.ts';
import { newerRecipes, RECIPES_FILE, seeHistory } from './upgrade-release.ts';

const MENDED = '96Mi';

/** A release that was given up goes on with the next commit. */
export const mendRelease: Step = {
  title: 'The fix of a release goes through at once',
  why: 'Failures count for the spec that had them: a new one starts with none, and nobody has to reset anything.',
  async tell(scene) {
    await scene.act(`git push: each pod of recipes asks for ${MENDED}`, () =>
      scene.push('Less memory for recipes', { [RECIPES_FILE]: newerRecipes().replace('64Mi', MENDED) }),
    );

    await scene.see(`Deployment recipes has ${MENDED}`, async () => {
      const deployment = await scene.cluster.deployment('recipes');
      return deployment?.memory === MENDED;
    });
    await scene.see('HelmRelease recipes is ready: the new pods run', async () => {
      const ready = await scene.cluster.release('recipes', 'Ready');
      return ready?.status === 'True';
    });
    await seeHistory(scene, (history) => history.at(-1)?.status === 'deployed');
  },
};

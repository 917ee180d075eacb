import { RECIPES } from '../charts.ts';
import { sampleFile } from '../repository.ts';
import type { Revision, Scene, Step } from '../story.ts';

export const RECIPES_FILE = 'clusters/home/apps/recipes.yaml';

const { first, second } = RECIPES;
const IMAGE = `registry.example/recipes:${second.appVersion}`;

/** The sample's HelmRelease, with the version of the chart that this step brings. */
export function newerRecipes(): string {
  return sampleFile(RECIPES_FILE).replace(`version: ${first.version}`, `version: ${second.version}`);
}

/** Tells what the plain helm says about the release, once it says what is expected. */
export async function seeHistory(
  scene: Scene,
  isExpected: (history: readonly Revision[]) => boolean,
): Promise<void> {
  await scene.see(
    (history: readonly Revision[]) => `helm history recipes: ${history.map(inWords).join(', ')}`,
    async () => {
      const history = await scene.history('recipes');
      return isExpected(history) && history;
    },
  );
}

function inWords({ revision, chart, status }: Revision): string {
  return `v${revision} ${chart} ${status}`;
}

/** A newer version of the chart in Git is an upgrade by helm. */
export const upgradeRelease: Step = {
  title: 'A chart version in Git becomes an upgrade',
  why: 'The HelmRelease recipes is a file of apps. Chart, values and rights become one process of helm.',
  async tell(scene) {
    await scene.act(`git push: the chart of recipes ${first.version} → ${second.version}`, () =>
      scene.push(`Recipes ${second.version}`, { [RECIPES_FILE]: newerRecipes() }),
    );

    await scene.see(`Deployment recipes has ${IMAGE}`, async () => {
      const deployment = await scene.cluster.deployment('recipes');
      return deployment?.image === IMAGE;
    });
    await scene.see(
      (message: string) => `HelmRelease recipes is ready: ${message}`,
      async () => {
        const ready = await scene.cluster.release('recipes', 'Ready');
        return ready?.status === 'True' && ready.message.includes(second.version) && ready.message;
      },
    );
    await seeHistory(scene, (history) => history.at(-1)?.chart === `recipes-${second.version}`);
  },
};

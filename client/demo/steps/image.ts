import { JOURNAL } from '../images.ts';
import type { Step } from '../story.ts';

const BRANCH = 'flux/image-updates';

/** A pushed tag becomes a commit on a branch for review. */
export const commitImage: Step = {
  title: 'A pushed image becomes a commit for review',
  why: 'Scan, policy, commit: a comment in the manifest says which policy writes there, and nothing else is touched.',
  async tell(scene) {
    await scene.act(`a pipeline pushes ${JOURNAL.name}:${JOURNAL.next} and asks for a scan`, async () => {
      await scene.pushImage(JOURNAL.name, JOURNAL.next);
      await scene.pawl('reconcile', 'image', 'repository', JOURNAL.name, '--namespace', 'apps');
    });

    await scene.see(
      (tag: string) => `ImagePolicy journal chose ${tag}`,
      async () => (await scene.cluster.chosenTag(JOURNAL.name)) === JOURNAL.next && JOURNAL.next,
    );
    const diff = await scene.see(`branch ${BRANCH} has a commit:`, async () => {
      const found = await scene.diff(BRANCH);
      return found?.includes(`+    newTag: "${JOURNAL.next}"`) && found;
    });
    scene.show(diff.split('\n').filter(isChange).join('\n'));
  },
};

function isChange(line: string): boolean {
  return /^[-+]/.test(line);
}

/** The merge of the branch is a push like any other. */
export const rollOutImage: Step = {
  title: 'Merged, it rolls out',
  why: 'Who merges is asked by nobody but the review: from there on it is the path of every push.',
  async tell(scene) {
    await scene.act(`git merge ${BRANCH}; git push`, () => scene.merge(BRANCH));

    await scene.see(
      (image: string) => `Deployment journal has ${image}`,
      async () => {
        const deployment = await scene.cluster.deployment(JOURNAL.name);
        return deployment?.image.endsWith(`/${JOURNAL.name}:${JOURNAL.next}`) && deployment.image;
      },
    );
    await scene.see('its pod runs', async () => {
      const deployment = await scene.cluster.deployment(JOURNAL.name);
      return deployment?.readyReplicas === deployment?.replicas;
    });
  },
};

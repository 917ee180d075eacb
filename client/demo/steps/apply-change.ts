import { sampleFile } from '../repository.ts';
import type { Step } from '../story.ts';

export const NOTES = 'clusters/home/apps/notes.yaml';
const NEWER = 'registry.example/notes:1.5.0';

/** The sample's notes app, in the version that this step brings. */
export function newerNotes(): string {
  return sampleFile(NOTES).replace(/image: \S+/, `image: ${NEWER}`);
}

/** A push that changes an app is applied. */
export const applyChange: Step = {
  title: 'A push is applied',
  why: 'The git server calls the webhook, which starts a run before it is answered; without, the interval of one minute finds it.',
  async tell(scene) {
    const sha = await scene.act('git push: notes 1.4.0 → 1.5.0', () =>
      scene.push('Notes 1.5.0', { [NOTES]: newerNotes() }),
    );

    await scene.see(`Deployment notes has ${NEWER}`, async () => {
      const deployment = await scene.cluster.deployment('notes');
      return deployment?.image === NEWER;
    });
    await scene.see('Kustomization apps is ready: the new pods run', () =>
      scene.cluster.appliedAt('apps', sha),
    );
  },
};

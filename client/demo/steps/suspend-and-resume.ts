import type { Step } from '../story.ts';
import { isAsInGit, isScaledByHand, scaleByHand } from './revert-drift.ts';

// More than an interval, so that a check that should not be would have come.
const QUIET_MS = 13_000;
const REASON = 'trying five replicas';

/** While suspended, drift stays; after resume it goes. */
export const suspendAndResume: Step = {
  title: 'Suspend, and an edit stays; resume, and it goes',
  why: 'Who, why and until when is in the schedule of the Temporal UI as well.',
  async tell(scene) {
    await scene.act(`pawl suspend ks apps --reason '${REASON}'`, () =>
      scene.pawl('suspend', 'ks', 'apps', '--reason', REASON),
    );
    await scaleByHand(scene);
    await scene.seeAllAlong('the edit stays', () => isScaledByHand(scene), QUIET_MS);
    await scene.act('pawl resume ks apps', () => scene.pawl('resume', 'ks', 'apps'));
    await scene.see('Deployment notes is back at what Git says', () => isAsInGit(scene));
  },
};

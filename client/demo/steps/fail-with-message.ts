import type { Step } from '../story.ts';
import { NOTES, newerNotes } from './apply-change.ts';

/** A commit that does not parse names file and line, and harms nothing. */
export const failWithMessage: Step = {
  title: 'A commit that does not parse says where',
  why: 'Nothing of it is applied: what runs goes on running, and the other Kustomizations take no notice.',
  async tell(scene) {
    const broken = newerNotes().replace('name: notes\n', 'name: notes: oops\n');
    const line = broken.split('\n').findIndex((text) => text.includes('oops')) + 1;
    const sha = await scene.act(`git push: line ${line} of notes.yaml is broken`, () =>
      scene.push('Break the notes', { [NOTES]: broken }),
    );
    await scene.see(
      (message: string) => `Kustomization apps is not ready: ${message}`,
      async () => {
        const ready = await scene.cluster.ready('apps');
        return ready?.status === 'False' && namesPlace(ready.message, line) && ready.message;
      },
    );
    await scene.see('Kustomization infrastructure-configs is ready at the same commit', () =>
      scene.cluster.appliedAt('infrastructure-configs', sha),
    );

    const fixed = await scene.act('git push: the fix', () =>
      scene.push('Mend the notes', { [NOTES]: newerNotes() }),
    );
    await scene.see('Kustomization apps is ready', () => scene.cluster.appliedAt('apps', fixed));
  },
};

function namesPlace(message: string, line: number): boolean {
  return new RegExp(`notes\\.yaml\\D+${line}\\b`).test(message);
}

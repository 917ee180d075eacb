import { Kind } from '../../../api/object-ref.ts';
import { Reason } from '../../../api/reasons.ts';
import type { RefInput } from '../../deps.ts';
import { failed } from '../../failures.ts';
import { type Attempt, attemptOf, readObject } from '../../observe/object.ts';
import type { StepContext } from '../../steps.ts';
import { type Choice, type ChooseDeps, chooseImage } from './choose.ts';

const HEARTBEAT_MS = 4000;

/** What a policy chose: small enough for a history. */
export interface SelectedImage extends Choice {
  /** The spec that was chosen by. */
  readonly attempt: Attempt;
}

/** Chooses the image of an ImagePolicy. Throws as {@link chooseImage}. */
export async function selectImage(
  deps: ChooseDeps,
  { ref }: RefInput,
  step: StepContext,
): Promise<SelectedImage> {
  const object = await readObject(deps.kube, { ...ref, kind: Kind.ImagePolicy });
  if (!object) throw failed(Reason.Failure, 'the object was removed while its image was being chosen');
  const beat = setInterval(() => step.heartbeat({ choosing: ref.name }), HEARTBEAT_MS);
  try {
    return { attempt: attemptOf(object), ...(await chooseImage(deps, object, step)) };
  } finally {
    clearInterval(beat);
  }
}

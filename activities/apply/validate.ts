import pLimit from 'p-limit';
import { FieldManager } from '../../api/names.ts';
import type { ApplyContext, PlanEntry } from './contract.ts';
import { allowsRecreation } from './directives.ts';
import { isKubernetesError, type Refusal } from './failure.ts';
import { isImmutable } from './immutable.ts';
import { CONCURRENCY } from './parallel.ts';

/** Sends to the server, as dry runs, the changes it has not seen yet, and returns the refused ones. */
export async function refusedByDryRun(
  context: ApplyContext,
  changes: readonly PlanEntry[],
  signal: AbortSignal,
): Promise<Refusal[]> {
  const unseen = changes.filter(({ validated }) => !validated);
  const answers = await pLimit(CONCURRENCY).map(unseen, async ({ object, live, decideLater }) => {
    signal.throwIfAborted();
    try {
      await context.kube.apply(object, { fieldManager: FieldManager.apply, dryRun: true });
      return undefined;
    } catch (error) {
      if (!isKubernetesError(error)) throw error;
      if (live && isImmutable(error) && allowsRecreation(object, live, context.force)) return undefined;
      return { object, during: 'dry-run', error, isDefinitionNew: decideLater !== undefined } as const;
    }
  });
  return answers.filter((answer) => answer !== undefined);
}

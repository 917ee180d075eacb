import { formatDuration } from '../../api/duration.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { Kustomization } from '../../api/kustomization.ts';
import { Reason } from '../../api/reasons.ts';
import { reasonToSkip } from '../apply/directives.ts';
import { builtSet, passObject } from '../build/steps.ts';
import type { Deps } from '../deps.ts';
import type { BuiltInput } from '../observe/kustomization.ts';
import type { PassMemory } from '../observe/memory.ts';
import { progressing } from '../status/kustomization-status.ts';
import { swapStatus } from '../status/swap.ts';
import type { StepContext } from '../steps.ts';
import { awaitHealthy as awaitTargets, healthWithin } from './await.ts';
import { compileHealthExprs } from './exprs.ts';
import { type HealthTarget, healthTargets, idOfTarget, targetOfApplied } from './targets.ts';

export interface HealthLook {
  readonly healthy: boolean;
  readonly current: number;
  readonly total: number;
}

// What was just applied is usually healthy within moments: a wait of its own would cost more than it takes.
// Longer would hold back whatever is asked meanwhile.
const LOOK_MS = 1_000;

/**
 * A short look: a pass whose objects are healthy by then needs no wait. It lasts only while all that is pending
 * was written by this pass; what was late before will not be healthy in a moment.
 */
export async function checkHealth(deps: Deps, input: BuiltInput, step: StepContext): Promise<HealthLook> {
  const { object, targets } = await targetsOf(deps, input, step);
  const applied = takeApplied(deps, input);
  const { current, total } = await healthWithin({
    seen: (target) => applied?.seen.get(idOfTarget(target)),
    isWorthWaiting: ({ pending }) => pending.every((late) => applied?.written.has(late.object)),
    kube: deps.impersonate(object),
    targets,
    exprs: compileHealthExprs(object.spec),
    timeoutMs: LOOK_MS,
    signal: step.signal,
  });
  return { healthy: current === total, current, total };
}

/** Taken once: by the next look it is old, and a pass that waits need not hold it. */
function takeApplied({ memory }: Deps, { pass }: BuiltInput): PassMemory['applied'] {
  const remembered = memory.recall(pass);
  if (remembered) memory.remember(pass, { ...remembered, applied: undefined });
  return remembered?.applied;
}

/**
 * Waits until all objects are healthy, at most for the Kustomization's timeout.
 * Throws HealthCheckFailed that names the objects that are not.
 */
export async function awaitHealthy(deps: Deps, input: BuiltInput, step: StepContext): Promise<HealthLook> {
  const { object, targets } = await targetsOf(deps, input, step);
  const timeout = formatDuration(input.timeoutMs);
  const message = `Running health checks for revision ${input.artifact.revision} with a timeout of ${timeout}`;
  const { revision } = input.artifact;
  const after = progressing(object, { message, revision, now: deps.now(), health: true });
  const current = await swapStatus(deps.kube, input.ref, object, after);
  deps.memory.remember(input.pass, { ...deps.memory.recall(input.pass), object: current });

  const started = deps.now().getTime();
  const beat = setInterval(() => step.heartbeat(message), HEARTBEAT_MS);
  try {
    const report = await awaitTargets({
      kube: deps.impersonate(object),
      targets,
      exprs: compileHealthExprs(object.spec),
      timeoutMs: input.timeoutMs,
      signal: step.signal,
      onProgress: step.heartbeat,
    });
    const elapsed = formatDuration(Math.round((deps.now().getTime() - started) / 10) * 10);
    await deps.events.record({
      object,
      type: 'Normal',
      reason: Reason.Progressing,
      message: `Health check passed in ${elapsed}`,
      metadata: { revision },
    });
    return { healthy: true, current: report.current, total: report.total };
  } finally {
    clearInterval(beat);
  }
}

const HEARTBEAT_MS = 4_000;

async function targetsOf(deps: Deps, input: BuiltInput, step: StepContext) {
  const object = await passObject(deps, input);
  const { objects } = await builtSet(deps, input, step);
  return { object, targets: await kustomizationTargets(deps, object, objects) };
}

/** What a Kustomization waits for, of the objects that it built. */
export function kustomizationTargets(
  deps: Pick<Deps, 'kube'>,
  object: Kustomization,
  built: readonly KubeObject[],
): Promise<readonly HealthTarget[]> {
  const { namespace, name } = object.metadata;
  const applied = built
    .filter((desired) => reasonToSkip(desired, undefined) === undefined)
    .map(targetOfApplied);
  return healthTargets({
    spec: object.spec,
    self: { namespace, name },
    applied,
    discovery: deps.kube.discovery,
  });
}

import { type HelmRelease, unsupportedField } from '../../api/helm-release.ts';
import { Kind } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { stalled } from '../failures.ts';
import { compileHealthExprs } from '../health/exprs.ts';
import { chartRefOf, keepHelmChart } from '../helm/chart-template.ts';
import { checkSpec } from '../helm/check-spec.ts';
import { type Decision, decide } from '../helm/decide.ts';
import type { ActionType } from '../helm/next-action.ts';
import { checkAccess } from '../status/access.ts';
import type { StepContext } from '../steps.ts';
import { compileDependencies, unmetDependency } from './dependencies.ts';
import {
  type Attempt,
  asAttempted,
  attemptOf,
  ensureFinalizer,
  parseObject,
  suspensionNote,
  targetOfRef,
} from './object.ts';
import { readyChart } from './source.ts';

export interface ObserveReleaseInput extends RefInput {
  /** The types of what this pass did already: each is done once. */
  readonly taken: readonly ActionType[];
  /** The request that this pass serves, once it has begun: a later one is not answered by what was done before it. */
  readonly serves?: Serves;
}

export interface Serves {
  readonly requestedAt?: string;
}

/** Nothing is wrong, but something is not there yet. */
export interface WaitingRelease {
  readonly reason: Reason;
  readonly message: string;
  readonly retryMs: number;
}

export type ObservedHelmRelease =
  | { readonly state: 'Gone' }
  | { readonly state: 'Suspended'; readonly message: string }
  | { readonly state: 'Deleting'; readonly timeoutMs: number }
  | ({ readonly state: 'Waiting' } & WaitingRelease)
  | (Decision & Attempt);

/** Reads the object, its chart, its values and its release, and decides what is done next. */
export async function observeHelmRelease(
  deps: Deps,
  { ref, taken, serves }: ObserveReleaseInput,
  step: StepContext,
): Promise<ObservedHelmRelease> {
  const found = await deps.kube.get(targetOfRef(ref));
  if (!found) return { state: 'Gone' };
  if (found.metadata.deletionTimestamp) return { state: 'Deleting', timeoutMs: DELETION_MS };
  const read = parseObject(Kind.HelmRelease, await ensureFinalizer(deps.kube, ref, found));
  const { generation } = read.metadata;
  const object = asAttempted(read, serves && { generation, ...serves });
  if (object.spec.suspend) return { state: 'Suspended', message: suspensionNote(found) };

  assertSupported(object);
  checkSpec(object);
  compileHealthExprs(object.spec);
  const dependencies = compileDependencies(object);
  checkAccess(object, deps.policy.noCrossNamespaceRefs);
  const chart = await keepHelmChart(deps, object);
  const retryMs = deps.policy.requeueDependencyMs;
  const unmet = await unmetDependency(deps.kube, object, dependencies);
  if (unmet !== undefined)
    return { state: 'Waiting', reason: Reason.DependencyNotReady, message: unmet, retryMs };
  const source = readyChart(chart, chartRefOf(object));
  if ('missing' in source)
    return { state: 'Waiting', reason: Reason.SourceNotReady, message: source.missing, retryMs };
  const decision = await decide(deps, { object, artifact: source.artifact, taken }, step);
  return { ...decision, ...attemptOf(object), revision: source.artifact.revision };
}

// Whatever its own timeouts say: the uninstall has its own deadline.
const DELETION_MS = 60 * 60_000;

function assertSupported(object: HelmRelease): void {
  const field = unsupportedField(object.spec);
  if (field === undefined) return;
  throw stalled(
    Reason.UnsupportedField,
    `${field} is set, which this release does not honour yet; the release was left as it is: remove the field or keep the object with a controller that honours it`,
  );
}

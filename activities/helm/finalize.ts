import { parseDuration } from '../../api/duration.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { Reason } from '../../api/reasons.ts';
import type { Deps, RefInput } from '../deps.ts';
import { failed, transient } from '../failures.ts';
import { missingAccount } from '../observe/account.ts';
import { readUnparsed } from '../observe/object.ts';
import { acted } from '../status/helm-release-status.ts';
import { patchStatus, type Status } from '../status/patch.ts';
import type { StepContext } from '../steps.ts';
import type { ActionOutcome } from './actions/outcome.ts';
import { uninstallLatest } from './actions/uninstall.ts';
import { deleteHelmChart } from './chart-template.ts';
import { composeFor } from './gather.ts';
import { whileHeld } from './while-held.ts';

export interface FinalizedRelease {
  readonly message: string;
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** Takes down what a deleted HelmRelease made: the release and the HelmChart. A suspended one is released as it is. */
export function finalizeHelmRelease(
  deps: Deps,
  input: RefInput,
  step: StepContext,
): Promise<FinalizedRelease> {
  return whileHeld(deps, step, (held) => finalize(deps, input, held));
}

async function finalize(deps: Deps, { ref }: RefInput, step: StepContext): Promise<FinalizedRelease> {
  // Not parsed: a field that never parsed must not hold back the deletion.
  const object = await readUnparsed<HelmRelease>(deps.kube, ref);
  if (!object) return { message: 'the object is gone' };
  if (object.spec.suspend) return { message: 'the release is left in the cluster (suspended)' };
  const message = await takeDown(deps, object, step);
  await deleteHelmChart(deps, object);
  return { message };
}

async function takeDown(deps: Deps, object: HelmRelease, step: StepContext): Promise<string> {
  if (!object.status?.storageNamespace) return 'there was no release';
  const account = await missingAccount(deps, object);
  if (account !== undefined) return leaveBehind(deps, object, account);
  const timeoutMs = deadlineOf(object);
  const secrets = await secretsOf(deps, object);
  const kube = deps.impersonate(object);
  const outcome = await uninstallLatest({ object, kube, deps, step, timeoutMs, secrets });
  const { set, event, error } = outcome;
  const isDown = !error && !step.signal.aborted;
  if (event) await deps.events.record({ object, ...event });
  await tell(deps, object, { ...outcome, isDown });
  step.signal.throwIfAborted();
  if (error) throw (error.mayPass ? transient : failed)(error.reason, error.message);
  return set[0]?.message ?? 'there was no release';
}

/** What helm may not repeat. Values that cannot be composed any more do not hold back the deletion. */
async function secretsOf(deps: Deps, object: HelmRelease): Promise<readonly string[]> {
  return composeFor(deps, object).then(
    ({ secrets }) => secrets,
    () => [],
  );
}

function deadlineOf({ spec }: HelmRelease): number {
  return parseDuration(spec.uninstall?.timeout ?? spec.timeout ?? '') ?? DEFAULT_TIMEOUT_MS;
}

interface Ended extends ActionOutcome {
  /** Else the status has to say where it is: somebody goes on. */
  readonly isDown: boolean;
}

async function tell(deps: Deps, object: HelmRelease, { status, set, isDown }: Ended): Promise<void> {
  const { history: _history, storageNamespace: _namespace, ...cleared } = status;
  const left = isDown ? cleared : status;
  const after = set.length === 0 ? left : acted({ ...object, status: left }, { set, remove: [] }, deps.now());
  const { kind, metadata } = object;
  const ref = { kind, namespace: metadata.namespace, name: metadata.name };
  await patchStatus(deps.kube, ref, object.status as Status, after as Status);
}

/** Nothing may be taken down without its account, and the object must not hang for ever: it goes, and tells what it leaves. */
async function leaveBehind(deps: Deps, object: HelmRelease, account: string): Promise<string> {
  const [latest] = object.status?.history ?? [];
  const release = latest ? `${latest.namespace}/${latest.name}` : object.metadata.name;
  const message = `unable to uninstall the release ${release}: ${account} does not exist; the release is left in the cluster`;
  await deps.events.record({ object, type: 'Warning', reason: Reason.UninstallFailed, message });
  return message;
}

import { expect, it } from 'vitest';
import type { Deps } from '../../../../activities/deps.ts';
import {
  settleHelmReleaseFailure,
  settleHelmReleaseWaiting,
} from '../../../../activities/status/settle-helm-release.ts';
import { settleImageFailure, settleImageWaiting } from '../../../../activities/status/settle-image.ts';
import {
  settleKustomizationFailure,
  settleKustomizationWaiting,
} from '../../../../activities/status/settle-kustomization.ts';
import { settleSourceFailure } from '../../../../activities/status/settle-source.ts';
import { API_VERSION, Kind } from '../../../../api/object-ref.ts';
import { Reason } from '../../../../api/reasons.ts';

const { GitRepository, HelmRelease, ImagePolicy, Kustomization } = Kind;
const message = 'it is so';
const retryMs = 1_000;

function failureOf(kind: Kind) {
  return {
    ref: { kind, namespace: 'apps', name: 'web' },
    reason: Reason.BuildFailed,
    message,
    stalled: false,
  };
}

function waitingOf(kind: Kind) {
  const { ref } = failureOf(kind);
  return { ref, state: 'Waiting', reason: Reason.DependencyNotReady, message, retryMs } as const;
}

type Settle = (deps: Deps) => Promise<unknown>;

// A worker that dies between the two repeats the step: an event behind the status would be lost.
it.each<{ readonly kind: Kind; readonly name: string; readonly settle: Settle }>([
  {
    kind: GitRepository,
    name: 'failed',
    settle: (deps) => settleSourceFailure(deps, failureOf(GitRepository)),
  },
  {
    kind: Kustomization,
    name: 'failed',
    settle: (deps) => settleKustomizationFailure(deps, failureOf(Kustomization)),
  },
  {
    kind: Kustomization,
    name: 'waits',
    settle: (deps) => settleKustomizationWaiting(deps, waitingOf(Kustomization)),
  },
  {
    kind: HelmRelease,
    name: 'failed',
    settle: (deps) => settleHelmReleaseFailure(deps, failureOf(HelmRelease)),
  },
  {
    kind: HelmRelease,
    name: 'waits',
    settle: (deps) => settleHelmReleaseWaiting(deps, waitingOf(HelmRelease)),
  },
  { kind: ImagePolicy, name: 'failed', settle: (deps) => settleImageFailure(deps, failureOf(ImagePolicy)) },
  { kind: ImagePolicy, name: 'waits', settle: (deps) => settleImageWaiting(deps, waitingOf(ImagePolicy)) },
])('a $kind that $name is told before its status says so', async ({ kind, settle }) => {
  const patches: unknown[] = [];
  const metadata = { namespace: 'apps', name: 'web', generation: 1, uid: 'u' };
  const kube = {
    get: async () => ({
      apiVersion: API_VERSION[kind],
      kind,
      metadata,
      spec: { interval: '1m' },
      status: {},
    }),
    patch: async (_target: unknown, patch: unknown) => void patches.push(patch),
  };
  const record = () => Promise.reject(new Error('nobody can keep it'));
  const runs = { retryIn: async () => undefined, dropRetry: async () => undefined };
  const policy = { requeueDependencyMs: retryMs };
  const deps = { kube, events: { record }, runs, policy, now: () => new Date() } as unknown as Deps;

  await expect(settle(deps)).rejects.toThrow('nobody can keep it');

  expect(patches).toEqual([]);
});

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fence } from '../../activities/fence.ts';
import type { HelmAct, HelmResult } from '../../activities/helm/run/act.ts';
import { createHelmRunner, type HelmRunner } from '../../activities/helm/run/runner.ts';
import type { KubeClient } from '../../activities/kube/client.ts';
import type { HelmReleaseSpec } from '../../api/helm-release.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { ensureTool } from '../../tools/build.ts';
import { createNamespace, kubeClient, sharedStack, temporaryFolder } from './harness.ts';
import { helm } from './helm.ts';

/** One that lets everything pass. */
export const OPEN_FENCE: Fence = {
  run: (attempt) => attempt(),
  assertMayWrite: () => undefined,
  holdUntil: () => undefined,
  close: () => undefined,
};

type OwnFields<Act> = Act extends unknown
  ? Omit<Act, 'object' | 'kube' | 'storageNamespace' | 'releaseNamespace' | 'releaseName' | 'timeoutMs'>
  : never;
/** An act without what the ground of the test has for all of them. */
export type Step = OwnFields<HelmAct>;

export interface GroundOptions {
  readonly kube?: KubeClient;
  readonly fence?: Fence;
  /** Of a process; the runner's own when left out. */
  readonly cpuSeconds?: number;
}

/** Two namespaces of the running test, one for a release `app` and one for its records, and a runner. */
export class HelmGround {
  readonly runner: HelmRunner;
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly storage: string;
  readonly scratch: string;

  constructor(runner: HelmRunner, kube: KubeClient, place: readonly [string, string, string]) {
    this.runner = runner;
    this.kube = kube;
    [this.namespace, this.storage, this.scratch] = place;
  }

  act(step: Step, spec: Partial<HelmReleaseSpec> = {}, kube: KubeClient = this.kube): HelmAct {
    const object = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'app', namespace: this.storage },
      spec: { interval: '1h', targetNamespace: this.namespace, ...spec },
    } as unknown as HelmAct['object'];
    return {
      object,
      kube,
      storageNamespace: this.storage,
      releaseNamespace: this.namespace,
      releaseName: 'app',
      timeoutMs: 30_000,
      ...step,
    };
  }

  run(act: HelmAct, signal: AbortSignal = new AbortController().signal): Promise<HelmResult> {
    return this.runner.run(act, { signal, heartbeat: () => undefined });
  }

  /** The plain helm, which knows nothing of a storage namespace: it looks where the records are. */
  helm(...args: readonly string[]): Promise<string> {
    return helm([...args, '--namespace', this.storage], { kubeconfig: sharedStack().kubeconfig });
  }

  /** Versions and statuses of helm's records in a namespace, oldest first. */
  async records(namespace: string = this.storage): Promise<readonly string[]> {
    const labelSelector = 'owner=helm,name=app';
    const { items } = await this.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace, labelSelector });
    return items
      .map(({ metadata: { labels = {} } }) => `v${labels['version']} ${labels['status']}`)
      .toSorted();
  }

  live(apiVersion: string, kind: string, name = 'app'): Promise<KubeObject | undefined> {
    return this.kube.get({ apiVersion, kind, namespace: this.namespace, name });
  }
}

export async function helmGround({
  kube = kubeClient(),
  fence = OPEN_FENCE,
  cpuSeconds,
}: GroundOptions = {}): Promise<HelmGround> {
  const scratchDir = join(temporaryFolder(), 'scratch');
  const runner = createHelmRunner({
    helm: await ensureTool('helm'),
    scratchDir,
    fence,
    ...(cpuSeconds && { cpuSeconds }),
  });
  onTestFinished(() => runner.close());
  const direct = kubeClient();
  const namespace = await createNamespace(direct, 'release');
  const storage = await createNamespace(direct, 'storage');
  return new HelmGround(runner, kube, [namespace, storage, scratchDir]);
}

/** What install and upgrade have besides. */
export function rendering(
  chart: string,
  values: object = {},
  postRender: (stream: string) => Promise<string> = async (stream) => stream,
) {
  return { chart, values: JSON.stringify(values), postRender };
}

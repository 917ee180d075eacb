import { join } from 'node:path';
import { expect } from 'vitest';
import { createApplyMemo } from '../../activities/apply/memo.ts';
import { type Correction, correctDrift } from '../../activities/helm/drift/correct.ts';
import { type Drift, type DriftContext, detectDrift } from '../../activities/helm/drift/detect.ts';
import { summarizeDrift } from '../../activities/helm/drift/summary.ts';
import { createPostRender } from '../../activities/helm/post-render/post-render.ts';
import type { KubeClient } from '../../activities/kube/client.ts';
import type { HelmReleaseSpec } from '../../api/helm-release.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import { FieldManager } from '../../api/names.ts';
import { ensureTool } from '../../tools/build.ts';
import { helmGround, rendering } from './helm-runner.ts';

/** A release that helm has installed for a HelmRelease, and what looks for drift of it. */
export interface DriftHome {
  readonly kube: KubeClient;
  readonly namespace: string;
  /** How many requests of each kind looking and correcting have sent. */
  readonly sent: Record<string, number>;
  get(kind: string, name: string, apiVersion?: string): Promise<KubeObject | undefined>;
  /** Changes an object as somebody else. */
  edit(kind: string, name: string, patch: object, apiVersion?: string): Promise<void>;
  upgrade(chart: string): Promise<void>;
  look(): Promise<Drift>;
  /** The summary without the namespace. */
  summary(): Promise<string>;
  correct(): Promise<Correction>;
}

export interface DriftHomeOptions {
  readonly chart: string;
  readonly spec?: Partial<HelmReleaseSpec>;
  /** Looks with somebody else's rights. */
  readonly as?: (kube: KubeClient, namespace: string) => Promise<KubeClient>;
}

/** Installs a packaged chart as the release `app` for the running test, by helm and with our post-rendering. */
export async function driftHome({ chart, spec = {}, as }: DriftHomeOptions): Promise<DriftHome> {
  const ground = await helmGround();
  const { kube, namespace } = ground;
  const { signal } = new AbortController();
  const { object } = ground.act({ kind: 'test' }, spec);
  const kustomize = await ensureTool('kustomize');
  const postRender = createPostRender(object, {
    kustomize,
    scratchDir: join(ground.scratch, 'render'),
    signal,
  });
  const method = spec.install?.serverSideApply === false ? 'csa' : 'ssa';
  const installed = await ground.run(
    ground.act({ kind: 'install', ...rendering(chart, {}, postRender) }, spec),
  );
  expect(installed.error).toBeUndefined();

  const sent: Record<string, number> = {};
  const context: DriftContext = {
    kube: counted((await as?.(kube, namespace)) ?? kube, sent),
    object,
    memo: createApplyMemo(1_000, FieldManager.helm),
    mask: (text) => text,
    signal,
  };
  const look = async () => {
    const manifest = await ground.helm('get', 'manifest', 'app');
    return detectDrift(context, { name: 'app', namespace, manifest });
  };
  return {
    kube,
    namespace,
    sent,
    look,
    get: (kind, name, apiVersion = 'v1') => kube.get({ apiVersion, kind, name, namespace }),
    async edit(kind, name, patch, apiVersion = 'v1') {
      const target = { apiVersion, kind, name, namespace };
      await kube.patch(target, patch, { type: 'merge', fieldManager: 'kubectl-edit' });
    },
    async upgrade(next) {
      const step = { kind: 'upgrade', ...rendering(next, {}, postRender), lastApplied: method } as const;
      expect((await ground.run(ground.act(step, spec))).error).toBeUndefined();
    },
    summary: async () => summarizeDrift(await look()).replaceAll(`/${namespace}`, ''),
    correct: async () => correctDrift(context, await look()),
  };
}

function counted(kube: KubeClient, sent: Record<string, number>): KubeClient {
  const count = (name: string): void => {
    sent[name] = (sent[name] ?? 0) + 1;
  };
  return {
    ...kube,
    get(target) {
      count('get');
      return kube.get(target);
    },
    list(query) {
      count('list');
      return kube.list(query);
    },
    apply(object, options) {
      count(options.dryRun ? 'dryRun' : 'apply');
      return kube.apply(object, options);
    },
  };
}

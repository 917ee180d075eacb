import type { HelmRelease } from '../../../api/helm-release.ts';
import type { KubeClient } from '../../kube/client.ts';

/** How helm wrote the objects of a release: by server-side apply, or by patches that it worked out itself. */
export type ApplyMethod = 'ssa' | 'csa';

/** Changes what a chart rendered, hooks and manifests in one stream of YAML, before helm looks at it. */
export type PostRender = (stream: string) => Promise<string>;

interface Base {
  readonly object: HelmRelease;
  /** Already acting for the object. */
  readonly kube: KubeClient;
  /** Where helm's records are. */
  readonly storageNamespace: string;
  readonly releaseNamespace: string;
  readonly releaseName: string;
  /** Of each single operation of helm, as its `--timeout` has it. */
  readonly timeoutMs: number;
  /** Texts of Secrets among the values: masked in all that helm says. */
  readonly secrets?: readonly string[];
}

interface Rendering {
  /** The path of a `.tgz` file. */
  readonly chart: string;
  /** JSON. */
  readonly values: string;
  /** Arguments of `--set`: the int64 among the values, which helm reads from no file. */
  readonly sets?: readonly string[];
  readonly postRender: PostRender;
}

/** One thing that helm is to do. */
export type HelmAct = Base &
  (
    | (Rendering & { readonly kind: 'install' })
    | (Rendering & {
        readonly kind: 'upgrade';
        /** Of the newest record. */
        readonly lastApplied: ApplyMethod;
      })
    | { readonly kind: 'test' | 'uninstall' }
    | {
        readonly kind: 'rollback';
        readonly version: number;
        /** Of the record that is rolled back to. */
        readonly lastApplied: ApplyMethod;
      }
  );

export interface HelmResult {
  /** Why it failed, in helm's words and without secrets. */
  readonly error?: string;
  /** It failed because the API server, or a webhook it had to ask, could not answer: no verdict on the release. */
  readonly infrastructure?: true;
  /** It was stopped by the signal, and says nothing about the release either. */
  readonly cancelled?: true;
  /** The last lines of helm's log, without secrets. */
  readonly log: readonly string[];
  /** The versions of the release whose record was created or updated, in that order and each once. */
  readonly written: readonly number[];
}

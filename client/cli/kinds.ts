import type { Artifact } from '../../api/artifact.ts';
import { type Condition, findCondition } from '../../api/conditions.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import { Kind } from '../../api/object-ref.ts';
import { truncateHex } from './table.ts';

export interface SourceRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What the commands read of an object that is reconciled. */
export interface Reconciled extends KubeObject {
  readonly spec: {
    readonly suspend?: boolean;
    readonly path?: string;
    readonly targetNamespace?: string;
    readonly sourceRef?: SourceRef;
    readonly kubeConfig?: unknown;
    readonly url?: string;
    readonly ref?: {
      readonly branch?: string;
      readonly tag?: string;
      readonly semver?: string;
      readonly name?: string;
      readonly commit?: string;
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly lastHandledReconcileAt?: string;
    readonly lastAppliedRevision?: string;
    readonly artifact?: Artifact;
    readonly inventory?: { readonly entries: readonly InventoryEntry[] };
  };
}

/** An object as the commands read it: one without a spec, which the API server takes, is listed like any other. */
export function asReconciled(object: KubeObject): Reconciled {
  return { ...object, spec: object['spec'] ?? {} } as Reconciled;
}

/** How the commands speak of a kind: `flux`'s words. */
export interface KindInfo {
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly plural: string;
  /** In sentences: "suspending source git podinfo". */
  readonly human: string;
  revision(object: Reconciled): string;
  /** The sentence after a reconcile that succeeded. */
  success(object: Reconciled): string;
}

export const KINDS: Readonly<Record<Kind, KindInfo>> = {
  [Kind.GitRepository]: {
    kind: Kind.GitRepository,
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    plural: 'gitrepositories',
    human: 'source git',
    revision: (object) => object.status?.artifact?.revision ?? '',
    success: (object) => `fetched revision ${object.status?.artifact?.revision ?? ''}`,
  },
  [Kind.Kustomization]: {
    kind: Kind.Kustomization,
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    plural: 'kustomizations',
    human: 'kustomization',
    revision: (object) => object.status?.lastAppliedRevision ?? '',
    success: (object) => `applied revision ${object.status?.lastAppliedRevision ?? ''}`,
  },
};

/** The kind that a word of the command line names: `ks`, `Kustomization`, `kustomizations`, `gitrepo`, … */
export function kindNamed(word: string): KindInfo | undefined {
  const lower = word.toLowerCase();
  if (['ks', 'kustomization', 'kustomizations'].includes(lower)) return KINDS.Kustomization;
  if (['git', 'gitrepo', 'gitrepository', 'gitrepositories'].includes(lower)) return KINDS.GitRepository;
  return undefined;
}

/** READY and MESSAGE of the tables. */
export function readyColumns(object: Reconciled): [ready: string, message: string] {
  const ready = findCondition(object.status?.conditions, 'Ready');
  return ready ? [ready.status, truncateHex(ready.message)] : ['False', 'waiting to be reconciled'];
}

import type { KubeObject } from '../../api/kube-object.ts';
import type { KustomizationSpec } from '../../api/kustomization.ts';
import type { InventoryEntry } from '../../api/object-id.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ApplyMemo } from './memo.ts';

/** The Kustomization on whose behalf objects are applied and deleted. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
}

/** What every step of an apply needs. */
export interface ApplyContext {
  /** Already impersonating the service account of the Kustomization. */
  readonly kube: KubeClient;
  readonly owner: Owner;
  /** `spec.force`: an object whose change the server calls immutable is deleted and created anew. */
  readonly force: boolean;
  /** `spec.ignore`. */
  readonly ignore?: KustomizationSpec['ignore'] | undefined;
  /** Shared by all passes of a worker. */
  readonly memo: ApplyMemo;
}

/** Definitions come before the classes, and these before what uses either. */
export type Stage = 'definitions' | 'classes' | 'rest';

export interface JsonPatchOperation {
  readonly op: 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** What is to happen to one object of the build. */
export interface PlanEntry {
  /** What would be sent: owner labels set, ignored fields resolved. */
  readonly object: KubeObject;
  readonly action: 'create' | 'configure' | 'unchanged' | 'skip';
  /** Why, where it is not plain: for people. */
  readonly reason?: string;
  readonly stage: Stage;
  /** What the cluster has, as far as later steps need it. */
  readonly live?: KubeObject;
  /** Takes fields over from foreign managers before the apply. */
  readonly takeover?: readonly JsonPatchOperation[];
  /** The server has accepted this very change in a dry run. */
  readonly validated?: boolean;
  /** Decided again when the stage begins: its definition changes in this plan, or is not there yet. */
  readonly decideLater?: KubeObject;
}

/** An object that the cluster says belongs to another Kustomization. */
export interface Contested {
  /** `Kind/namespace/name`. */
  readonly object: string;
  /** The id of its inventory entry. */
  readonly id: string;
  /** `namespace/name` of the other Kustomization. */
  readonly owner: string;
}

export interface Plan {
  /** In the order in which they are applied. */
  readonly entries: readonly PlanEntry[];
  /** What the inventory will be: every object of the build, also those that are skipped, as in Flux. */
  readonly inventory: readonly InventoryEntry[];
  /** What the inventory names and the build does not. */
  readonly stale: readonly InventoryEntry[];
  readonly checked: number;
  readonly contested: readonly Contested[];
}

export type ChangeAction = 'created' | 'configured' | 'unchanged' | 'deleted' | 'skipped';

export interface ChangeSetEntry {
  /** `Kind/namespace/name`. */
  readonly subject: string;
  readonly action: ChangeAction;
}

export interface ChangeSet {
  readonly entries: readonly ChangeSetEntry[];
  /** What the server answered to each write, by id: the objects as they are. */
  readonly answers: ReadonlyMap<string, KubeObject>;
}

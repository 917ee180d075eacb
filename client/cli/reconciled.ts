import type { Artifact } from '../../api/artifact.ts';
import type { Condition } from '../../api/conditions.ts';
import type { ImageRef } from '../../api/image-policy.ts';
import type { KubeObject } from '../../api/kube-object.ts';
import type { InventoryEntry } from '../../api/object-id.ts';

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
    /** Of a HelmRepository, a Receiver or a Provider. */
    readonly type?: string;
    readonly ref?: {
      readonly branch?: string;
      readonly tag?: string;
      readonly semver?: string;
      readonly name?: string;
      readonly commit?: string;
    };
    /** Of an ImageRepository. */
    readonly image?: string;
    /** Of an ImagePolicy. */
    readonly imageRepositoryRef?: { readonly name: string; readonly namespace?: string };
    readonly policy?: {
      readonly semver?: { readonly range: string };
      readonly alphabetical?: { readonly order?: string };
      readonly numerical?: { readonly order?: string };
    };
    /** Of an ImageUpdateAutomation. */
    readonly git?: {
      readonly checkout?: { readonly ref?: { readonly branch?: string } };
      readonly push?: { readonly branch?: string };
    };
    /** Of a Provider. */
    readonly channel?: string;
    /** Of an Alert. */
    readonly providerRef?: { readonly name: string };
    readonly eventSeverity?: string;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly lastHandledReconcileAt?: string;
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    /** Of a HelmRelease; a Kustomization's has other fields. */
    readonly history?: readonly { readonly chartVersion?: string }[];
    readonly artifact?: Artifact;
    readonly inventory?: { readonly entries: readonly InventoryEntry[] };
    readonly lastScanResult?: { readonly tagCount: number; readonly scanTime?: string };
    readonly latestRef?: ImageRef;
    readonly lastAutomationRunTime?: string;
    readonly lastPushCommit?: string;
    readonly webhookPath?: string;
  };
}

/** An object as the commands read it: one without a spec, which the API server takes, is listed like any other. */
export function asReconciled(object: KubeObject): Reconciled {
  return { ...object, spec: object['spec'] ?? {} } as Reconciled;
}

/** The revision of a source; empty before there is one. */
export function artifactRevision({ status }: Reconciled): string {
  return status?.artifact?.revision ?? '';
}

/** What an object refers to, as tables show it: `Kind/namespace/name`. */
export function referenceText(object: Reconciled, to: SourceRef | undefined): string {
  const { kind, namespace, name } = to ?? { kind: '', name: '' };
  return `${kind}/${namespace || object.metadata.namespace || ''}/${name}`;
}

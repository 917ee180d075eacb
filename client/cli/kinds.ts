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
    /** Of a HelmRepository. */
    readonly type?: string;
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
    readonly lastAttemptedRevision?: string;
    /** Of a HelmRelease; a Kustomization's has other fields. */
    readonly history?: readonly { readonly chartVersion?: string }[];
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
  /** Its name after a verb, or after `source`. */
  readonly command: string;
  /** Short for the name. */
  readonly aliases: readonly string[];
  readonly isSource: boolean;
  /** Whether tables cut hashes in the revision and in the message; a chart's version may look like one. */
  readonly cuts: { readonly revision: boolean; readonly message: boolean };
  revision(object: Reconciled): string;
  /** The sentence after a reconcile that succeeded. */
  success(object: Reconciled): string;
  /** Whether nobody reconciles the object: it is only read by others, and has no status. */
  isStatic(object: Reconciled): boolean;
}

type Own = Omit<KindInfo, 'apiVersion' | 'isSource' | 'success' | 'isStatic'> &
  Partial<Pick<KindInfo, 'success' | 'isStatic'>>;

const BOTH = { revision: true, message: true };
const never = () => false;

function source(own: Omit<Own, 'revision' | 'human'>): KindInfo {
  const revision = (object: Reconciled) => object.status?.artifact?.revision ?? '';
  const success = (object: Reconciled) => `fetched revision ${revision(object)}`;
  const apiVersion = 'source.toolkit.fluxcd.io/v1';
  const human = `source ${own.command}`;
  return { apiVersion, human, isSource: true, isStatic: never, revision, success, ...own };
}

function applier(own: Own, apiVersion: string): KindInfo {
  const success = (object: Reconciled) => `applied revision ${own.revision(object)}`;
  return { apiVersion, isSource: false, isStatic: never, success, ...own };
}

const isRegistry = (object: Reconciled) => object.spec.type === 'oci';

export const KINDS: Readonly<Record<Kind, KindInfo>> = {
  [Kind.GitRepository]: source({
    kind: Kind.GitRepository,
    plural: 'gitrepositories',
    command: 'git',
    aliases: [],
    cuts: BOTH,
  }),
  [Kind.HelmRepository]: source({
    kind: Kind.HelmRepository,
    plural: 'helmrepositories',
    command: 'helm',
    aliases: [],
    cuts: BOTH,
    isStatic: isRegistry,
    success: (object) =>
      isRegistry(object)
        ? (findCondition(object.status?.conditions, 'Ready')?.message ?? '')
        : `fetched revision ${object.status?.artifact?.revision ?? ''}`,
  }),
  [Kind.HelmChart]: source({
    kind: Kind.HelmChart,
    plural: 'helmcharts',
    command: 'chart',
    aliases: [],
    cuts: { revision: false, message: true },
  }),
  [Kind.Kustomization]: applier(
    {
      kind: Kind.Kustomization,
      plural: 'kustomizations',
      human: 'kustomization',
      command: 'kustomization',
      aliases: ['ks', 'kustomizations'],
      cuts: BOTH,
      revision: (object) => object.status?.lastAppliedRevision ?? '',
    },
    'kustomize.toolkit.fluxcd.io/v1',
  ),
  [Kind.HelmRelease]: applier(
    {
      kind: Kind.HelmRelease,
      plural: 'helmreleases',
      human: 'helmrelease',
      command: 'helmrelease',
      aliases: ['hr', 'helmreleases'],
      cuts: { revision: false, message: false },
      revision: ({ status }) => status?.history?.[0]?.chartVersion ?? status?.lastAttemptedRevision ?? '',
    },
    'helm.toolkit.fluxcd.io/v2',
  ),
};

/** The kinds in the order in which `flux get all` shows them. */
export const ALL_KINDS: readonly KindInfo[] = [
  KINDS.GitRepository,
  KINDS.HelmRepository,
  KINDS.HelmChart,
  KINDS.HelmRelease,
  KINDS.Kustomization,
];

// Short names of the resources that are no words of the command line.
const SHORT_NAMES: Readonly<Record<string, Kind>> = {
  gitrepo: Kind.GitRepository,
  helmrepo: Kind.HelmRepository,
  hc: Kind.HelmChart,
};

/** The kind that a word of the command line names: `ks`, `Kustomization`, `kustomizations`, `gitrepo`, `hr`, … */
export function kindNamed(word: string): KindInfo | undefined {
  const lower = word.toLowerCase();
  const isCalled = ({ kind, plural, command, aliases }: KindInfo) =>
    [kind.toLowerCase(), plural, command, ...aliases].includes(lower);
  const short = SHORT_NAMES[lower];
  return short ? KINDS[short] : ALL_KINDS.find(isCalled);
}

/** READY and MESSAGE of the tables. */
export function readyColumns(info: KindInfo, object: Reconciled): [ready: string, message: string] {
  if (info.isStatic(object)) return ['True', 'Helm repository is Ready'];
  const ready = findCondition(object.status?.conditions, 'Ready');
  if (!ready) return ['False', 'waiting to be reconciled'];
  return [ready.status, info.cuts.message ? truncateHex(ready.message) : ready.message];
}

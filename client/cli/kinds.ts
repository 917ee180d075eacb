import { findCondition } from '../../api/conditions.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { imagePolicy, imageRepository, imageUpdateAutomation } from './image-kinds.ts';
import { type CommandKind, type KindInfo, never, SUSPENDED } from './kind-info.ts';
import { alert, provider, receiver } from './notification-kinds.ts';
import { type Reconciled, referenceText } from './reconciled.ts';
import { CHART_COLUMNS, gitRepository, helmChart, helmRepository } from './source-kinds.ts';
import { truncateHex } from './table.ts';

const appliedRevision = ({ status }: Reconciled) => status?.lastAppliedRevision ?? '';

const kustomization: KindInfo = {
  kind: Kind.Kustomization,
  apiVersion: API_VERSION.Kustomization,
  plural: 'kustomizations',
  human: 'kustomization',
  family: undefined,
  command: 'kustomization',
  aliases: ['ks', 'kustomizations'],
  columns: [{ name: 'Revision', cell: (object) => truncateHex(appliedRevision(object)) }, SUSPENDED],
  wide: [
    { name: 'Source', cell: (object) => referenceText(object, object.spec.sourceRef) },
    { name: 'Path', cell: ({ spec }) => spec.path ?? '' },
  ],
  cutsMessage: true,
  success: (object) => `applied revision ${appliedRevision(object)}`,
  hasStatus: true,
  isStatic: never,
};

const chartVersion = ({ status }: Reconciled) =>
  status?.history?.[0]?.chartVersion ?? status?.lastAttemptedRevision ?? '';

const helmRelease: KindInfo = {
  kind: Kind.HelmRelease,
  apiVersion: API_VERSION.HelmRelease,
  plural: 'helmreleases',
  human: 'helmrelease',
  family: undefined,
  command: 'helmrelease',
  aliases: ['hr', 'helmreleases'],
  // A chart's version may look like a hash.
  columns: [{ name: 'Revision', cell: chartVersion }, SUSPENDED],
  wide: CHART_COLUMNS,
  cutsMessage: false,
  success: (object) => `applied revision ${chartVersion(object)}`,
  hasStatus: true,
  isStatic: never,
};

/** The kinds in the order in which `flux get all` shows them. */
export const KINDS = {
  GitRepository: gitRepository,
  HelmRepository: helmRepository,
  HelmChart: helmChart,
  ImageRepository: imageRepository,
  ImagePolicy: imagePolicy,
  ImageUpdateAutomation: imageUpdateAutomation,
  HelmRelease: helmRelease,
  Kustomization: kustomization,
  Receiver: receiver,
  Provider: provider,
  Alert: alert,
} satisfies Readonly<Record<CommandKind, KindInfo>>;

export const ALL_KINDS: readonly KindInfo[] = Object.values(KINDS);

// Short names of the resources that are no words of the command line.
const SHORT_NAMES: Readonly<Record<string, Kind>> = {
  gitrepo: Kind.GitRepository,
  helmrepo: Kind.HelmRepository,
  hc: Kind.HelmChart,
  imgrepo: Kind.ImageRepository,
  imagerepo: Kind.ImageRepository,
  imgpol: Kind.ImagePolicy,
  imagepol: Kind.ImagePolicy,
  iua: Kind.ImageUpdateAutomation,
  imgupd: Kind.ImageUpdateAutomation,
  imgauto: Kind.ImageUpdateAutomation,
};

/** The kind that a word of the command line names: `ks`, `Kustomization`, `kustomizations`, `gitrepo`, `hr`, … */
export function kindNamed(word: string): KindInfo | undefined {
  const lower = word.toLowerCase();
  const short = SHORT_NAMES[lower];
  return ALL_KINDS.find(
    ({ kind, plural, command, aliases }) =>
      kind === short || [kind.toLowerCase(), plural, command, ...aliases].includes(lower),
  );
}

/** READY and MESSAGE of the tables. */
export function readyColumns(info: KindInfo, object: Reconciled): [ready: string, message: string] {
  if (info.isStatic(object))
    return ['True', `${info === helmRepository ? 'Helm repository' : info.kind} is Ready`];
  const ready = findCondition(object.status?.conditions, 'Ready');
  if (!ready) return ['False', 'waiting to be reconciled'];
  return [ready.status, info.cutsMessage ? truncateHex(ready.message) : ready.message];
}

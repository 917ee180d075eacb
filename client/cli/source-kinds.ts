import { findCondition } from '../../api/conditions.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { chartOf } from './chart-of.ts';
import { type Column, type KindInfo, never, SUSPENDED } from './kind-info.ts';
import { artifactRevision, type Reconciled, referenceText } from './reconciled.ts';
import { truncateHex } from './table.ts';

type Own = { readonly kind: Kind } & Pick<KindInfo, 'plural' | 'command' | 'wide'> & Partial<KindInfo>;

function source(own: Own): KindInfo {
  return {
    apiVersion: API_VERSION[own.kind],
    human: `source ${own.command}`,
    family: 'source',
    aliases: [],
    columns: [{ name: 'Revision', cell: (object) => truncateHex(artifactRevision(object)) }, SUSPENDED],
    cutsMessage: true,
    success: (object) => `fetched revision ${artifactRevision(object)}`,
    hasStatus: true,
    isStatic: never,
    ...own,
  };
}

const isRegistry = (object: Reconciled) => object.spec.type === 'oci';

export const gitRepository = source({
  kind: Kind.GitRepository,
  plural: 'gitrepositories',
  command: 'git',
  wide: [
    { name: 'URL', cell: ({ spec }) => spec.url ?? '' },
    // The first that is set is the one that counts.
    {
      name: 'Ref',
      cell: ({ spec: { ref } }) =>
        [ref?.commit, ref?.name, ref?.semver, ref?.tag, ref?.branch].find(Boolean) ?? '',
    },
  ],
});

export const helmRepository = source({
  kind: Kind.HelmRepository,
  plural: 'helmrepositories',
  command: 'helm',
  wide: [
    { name: 'URL', cell: ({ spec }) => spec.url ?? '' },
    { name: 'Type', cell: ({ spec }) => spec.type ?? 'default' },
  ],
  isStatic: isRegistry,
  success: (object) =>
    isRegistry(object)
      ? (findCondition(object.status?.conditions, 'Ready')?.message ?? '')
      : `fetched revision ${artifactRevision(object)}`,
});

/** Where a chart comes from: of a HelmChart, or of a HelmRelease. */
export const CHART_COLUMNS: readonly Column[] = [
  { name: 'Source', cell: (object) => referenceText(object, chartOf(object).source) },
  { name: 'Chart', cell: (object) => chartOf(object).name ?? '' },
  { name: 'Version', cell: (object) => chartOf(object).version ?? '' },
];

export const helmChart = source({
  kind: Kind.HelmChart,
  plural: 'helmcharts',
  command: 'chart',
  // A chart's version may look like a hash.
  columns: [{ name: 'Revision', cell: artifactRevision }, SUSPENDED],
  wide: CHART_COLUMNS,
});
